using System.Text;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Runtimes;

namespace Weir.Tests.Runtimes.Conformance;

/// <summary>A container whose output is read in the background, as the agent does.</summary>
public sealed class StepUnderTest(IStepContainer container, ContainerSpec spec) : IAsyncDisposable
{
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(60);
    private readonly Lock _lock = new();
    private readonly MemoryStream _stdout = new();
    private readonly MemoryStream _stderr = new();
    private readonly List<SeenMarker> _markers = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _reading;

    public IStepContainer Container => container;

    public ContainerSpec Spec => spec;

    public string Workspace => spec.Workspace;

    public string Folder => spec.Folder;

    public async Task OpenAsync(IReadOnlyList<string> commands, IReadOnlyDictionary<string, string>? env = null)
    {
        await container.OpenGateAsync(new GateScript(commands, env ?? new Dictionary<string, string>()), default);
        Follow();
    }

    /// <summary>Reads the output of a step whose gate was opened before.</summary>
    public void Follow() => _reading = ReadAllAsync();

    /// <summary>Waits until stdout holds the text.</summary>
    public async Task SawAsync(string text)
    {
        while (true)
        {
            Task news;
            lock (_lock)
            {
                if (Text(_stdout).Contains(text, StringComparison.Ordinal)) return;
                if (_reading!.IsCompleted) Assert.Fail($"ended without '{text}': {Text(_stdout)} {Text(_stderr)}");
                news = _news.Task;
            }

            await Task.WhenAny(news, _reading).WaitAsync(Cap);
        }
    }

    public async Task<StepResult> FinishAsync()
    {
        var exit = await container.WaitAsync(default).WaitAsync(Cap);
        await _reading!.WaitAsync(Cap);
        return new StepResult(exit, _stdout.ToArray(), _stderr.ToArray(), _markers);
    }

    public ValueTask DisposeAsync() => container.DisposeAsync();

    private static string Text(MemoryStream stream) => Encoding.UTF8.GetString(stream.ToArray());

    private async Task ReadAllAsync()
    {
        while (await container.ReadAsync(default) is { } chunk)
        {
            lock (_lock)
            {
                if (chunk.Marker is { } marker)
                {
                    _markers.Add(new SeenMarker(marker.Index, marker.ExitCode, _stdout.Length, _stderr.Length));
                }
                else
                {
                    (chunk.Stream == LogStream.Stdout ? _stdout : _stderr).Write(chunk.Bytes.Span);
                }

                _news.TrySetResult();
                _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}

public sealed record SeenMarker(int Index, int? ExitCode, long StdoutAt, long StderrAt);

public sealed record StepResult(
    ContainerExit Exit, byte[] StdoutBytes, byte[] StderrBytes, IReadOnlyList<SeenMarker> Markers)
{
    public string Stdout => Encoding.UTF8.GetString(StdoutBytes);

    public string Stderr => Encoding.UTF8.GetString(StderrBytes);

    /// <summary>Index and exit code of the commands that ended, in order.</summary>
    public IEnumerable<(int, int)> Ended =>
        Markers.Where(marker => marker.ExitCode is not null).Select(marker => (marker.Index, marker.ExitCode!.Value));

    public IEnumerable<int> Begun => Markers.Where(marker => marker.ExitCode is null).Select(marker => marker.Index);

    /// <summary>A command's part of both streams.</summary>
    public (string Stdout, string Stderr) PartOf(int command)
    {
        var from = Markers.Single(marker => marker.Index == command && marker.ExitCode is null);
        var to = Markers.Single(marker => marker.Index == command && marker.ExitCode is not null);
        return (Cut(StdoutBytes, from.StdoutAt, to.StdoutAt), Cut(StderrBytes, from.StderrAt, to.StderrAt));
    }

    private static string Cut(byte[] bytes, long from, long to) => Encoding.UTF8.GetString(bytes[(int)from..(int)to]);
}
