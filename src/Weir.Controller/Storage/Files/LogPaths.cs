using System.Buffers;
using System.Globalization;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Files;

/// <summary>Where the log of an attempt is: <c>NAMESPACE/RUN/STEP/attempts/N</c> below <c>logs/runs</c>.</summary>
internal sealed class LogPaths(string dataDirectory)
{
    private const int LongestSegment = 128;
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    /// <summary>Holds the journal, and below it everything else.</summary>
    public string Folder { get; } = Path.Combine(dataDirectory, "logs");

    public string Root { get; } = Path.Combine(dataDirectory, "logs", "runs");

    public string Run(string @namespace, string run) => Path.Combine(Root, Checked(@namespace), Checked(run));

    public string Step(LogKey key) => Path.Combine(Run(key.Namespace, key.Run), Checked(key.Step));

    public string Attempts(LogKey key) => Path.Combine(Step(key), "attempts");

    public string Attempt(LogKey key) =>
        Path.Combine(Attempts(key), key.Attempt.ToString(CultureInfo.InvariantCulture));

    /// <summary>The folder whose files are second names of the newest attempt's.</summary>
    public string Newest(LogKey key) => Path.Combine(Step(key), "logs");

    /// <summary>All folders whose names an attempt's log may have made, from the innermost out.</summary>
    public IReadOnlyList<string> FoldersOf(LogKey key) =>
    [
        Attempt(key), Attempts(key), Newest(key), Step(key), Run(key.Namespace, key.Run),
        Path.GetDirectoryName(Run(key.Namespace, key.Run))!, Root,
    ];

    private static string Checked(string segment) =>
        segment.Length is > 0 and <= LongestSegment && !segment.AsSpan().ContainsAnyExcept(Allowed)
            ? segment
            : throw new ArgumentException($"`{segment}` cannot be part of a log's path");
}
