using System.Globalization;
using Weir.Runtimes.Docker.Api;

namespace Weir.Runtimes.Docker;

/// <summary>How far a pull is, for all the steps that wait for it: told at most once a second.</summary>
internal sealed class ImagePull(string image, TimeProvider time) : IProgress<ProgressLine>
{
    private const double Mebi = 1 << 20;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Layer> _layers = new(StringComparer.Ordinal);
    private readonly List<Action<string>> _listeners = [];
    private long? _told;

    public void Listen(Action<string> listener)
    {
        string text;
        lock (_lock)
        {
            _listeners.Add(listener);
            text = Describe();
        }

        listener(text);
    }

    public void Report(ProgressLine value)
    {
        Action<string>[] listeners;
        string text;
        lock (_lock)
        {
            Take(value);
            if (_told is { } last && time.GetElapsedTime(last) < Between) return;
            _told = time.GetTimestamp();
            (listeners, text) = ([.. _listeners], Describe());
        }

        foreach (var listener in listeners) listener(text);
    }

    // The line that names the tag has an id too, and no layer.
    private void Take(ProgressLine line)
    {
        if (line is not { Id: { } id, Status: { } status } || status.StartsWith("Pulling from", StringComparison.Ordinal))
            return;
        var known = _layers.GetValueOrDefault(id);
        _layers[id] = status switch
        {
            "Downloading" when line.Detail is { } detail => new Layer(detail.Current, detail.Total, false),
            "Download complete" or "Extracting" => known with { Got = known.Bytes },
            "Pull complete" or "Already exists" => new Layer(known.Bytes, known.Bytes, true),
            _ => known,
        };
    }

    private string Describe()
    {
        if (_layers.Count == 0) return $"pulling image {image}";
        var (done, got) = (_layers.Values.Count(layer => layer.IsDone), _layers.Values.Sum(layer => layer.Got));
        var bytes = _layers.Values.Sum(layer => layer.Bytes);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"pulling image {image}: {done} of {_layers.Count} layers, {got / Mebi:0.0} of {bytes / Mebi:0.0} MiB");
    }

    private readonly record struct Layer(long Got, long Bytes, bool IsDone);
}
