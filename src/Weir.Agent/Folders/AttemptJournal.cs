using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Weir.Contracts.AgentProtocol;

namespace Weir.Agent.Folders;

/// <summary>One line of an attempt's journal; one member is set.</summary>
internal sealed record AttemptEntry
{
    public AttemptRecord? Record { get; init; }
    public bool? Opened { get; init; }
    public FinishRequest? Finish { get; init; }
    public string? Masks { get; init; }
}

/// <summary>
/// What is known of an attempt, as lines of JSON in one file that only the agent's user may read. One file instead of
/// one for each fact: making and removing files is what a short step would wait for. Not thread-safe.
/// </summary>
internal sealed class AttemptJournal : IDisposable
{
    private const byte LineFeed = (byte)'\n';
    private readonly SafeFileHandle _file;
    private long _length;

    private AttemptJournal(SafeFileHandle file, long length) => (_file, _length) = (file, length);

    public static AttemptJournal Create(string path)
    {
        var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new AttemptJournal(file, 0);
    }

    /// <summary>
    /// The journal that an earlier life left, folded into one entry; null when it holds no record. A last line that is
    /// not whole is passed over.
    /// </summary>
    public static (AttemptJournal Journal, AttemptEntry Known)? Open(string path)
    {
        var content = File.ReadAllBytes(path);
        var known = new AttemptEntry();
        var length = 0;
        for (int end; (end = content.AsSpan(length).IndexOf(LineFeed)) >= 0; length += end + 1)
        {
            if (Read(content.AsSpan(length, end)) is not { } entry) break;
            known = new AttemptEntry
            {
                Record = entry.Record ?? known.Record,
                Opened = entry.Opened ?? known.Opened,
                Finish = entry.Finish ?? known.Finish,
                Masks = entry.Masks ?? known.Masks,
            };
        }

        if (known.Record is null) return null;
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        return (new AttemptJournal(file, length), known);
    }

    /// <summary>Throws <see cref="IOException"/> when the disk has no room; the lines before it stay whole.</summary>
    public void Append(AttemptEntry entry)
    {
        using var line = new MemoryStream();
        JsonSerializer.Serialize(line, entry, AgentJson.Default.AttemptEntry);
        line.WriteByte(LineFeed);
        RandomAccess.Write(_file, line.GetBuffer().AsSpan(0, (int)line.Length), _length);
        _length += line.Length;
    }

    public void Dispose() => _file.Dispose();

    private static AttemptEntry? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, AgentJson.Default.AttemptEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
