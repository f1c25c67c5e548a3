using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Globalization;
using Weir.Runtimes.Docker.Api;

namespace Weir.Runtimes.Docker;

/// <summary>The number of the user that an image's programs run as; an image may name it.</summary>
internal sealed class ImageUsers(EngineClient engine)
{
    private const int UserField = 2;
    private readonly ConcurrentDictionary<string, int> _known = new(StringComparer.Ordinal);

    /// <param name="image">The image.</param>
    /// <param name="container">A container of it.</param>
    public async Task<int> FindAsync(ImageFacts image, string container, CancellationToken cancellationToken)
    {
        var name = (image.Config?.User ?? "").Split(':')[0];
        if (name is "" or "root") return 0;
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        if (_known.TryGetValue(image.Id, out var known)) return known;
        return _known[image.Id] = await LookUpAsync(name, container, cancellationToken);
    }

    private async Task<int> LookUpAsync(string name, string container, CancellationToken cancellationToken)
    {
        await using var tar = await engine.Containers.ReadArchiveAsync(container, "/etc/passwd", cancellationToken);
        await using var reader = new TarReader(tar);
        var entry = await reader.GetNextEntryAsync(copyData: false, cancellationToken);
        if (entry?.DataStream is not { } content) return 0;
        using var lines = new StreamReader(content);
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            var fields = line.Split(':');
            if (fields.Length > UserField && fields[0] == name
                && int.TryParse(fields[UserField], CultureInfo.InvariantCulture, out var number)) return number;
        }

        return 0;
    }
}
