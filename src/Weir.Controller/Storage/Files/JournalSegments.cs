using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Files;

/// <summary>
/// The journal's files, <c>logs/journal-N</c>, and what is done with them when they are full or found.
/// </summary>
internal sealed class JournalSegments(LogPaths paths)
{
    private const string Prefix = "journal-";

    /// <summary>From this many logs on one flush of the whole file system is cheaper.</summary>
    private const int ManyLogs = 64;
    private long _number;

    /// <summary>Where the segment begun last is.</summary>
    public string Newest { get; private set; } = "";

    public SafeFileHandle Begin()
    {
        _number++;
        var path = Path.Combine(paths.Folder, Prefix + _number.ToString(CultureInfo.InvariantCulture));
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete);
        Posix.SyncDirectory(paths.Folder);
        Newest = path;
        return file;
    }

    /// <summary>
    /// Writes the records that an earlier life left to the logs' files, where most of them are already.
    /// </summary>
    public void Replay()
    {
        var found = Directory.EnumerateFiles(paths.Folder, Prefix + "*")
            .Select(path => (Path: path, Number: NumberOf(path))).OrderBy(file => file.Number).ToList();
        if (found.Count == 0) return;
        var records = found.SelectMany(file => Read(file.Path)).ToList();
        var deleted = records.Where(one => one.IsDeletion).Select(RunOf).ToHashSet();
        foreach (var run in deleted)
        {
            if (Directory.Exists(run)) Directory.Delete(run, recursive: true);
        }

        var kept = records.Where(one => !one.IsDeletion && !deleted.Contains(RunOf(one)));
        foreach (var log in kept.GroupBy(one => one.Key)) Rewrite(log.Key, log);
        Flush([.. records.Where(one => !one.IsDeletion).Select(one => one.Key)]);
        foreach (var (path, _) in found) File.Delete(path);
        _number = found[^1].Number;
    }

    /// <summary>
    /// Flushes the logs that a segment speaks of; the segment is not needed any more. When that fails, as when a run
    /// goes in the middle of it, the segment stays for the next start.
    /// </summary>
    public void Settle(string segment, HashSet<LogKey> keys)
    {
        try
        {
            Flush(keys);
            File.Delete(segment);
        }
        catch (IOException)
        {
            // written to the files once more at the next start, which changes nothing
        }
    }

    private string RunOf(JournalRecord record) => paths.Run(record.Key.Namespace, record.Key.Run);

    private void Rewrite(LogKey key, IEnumerable<JournalRecord> records)
    {
        using var files = AttemptFiles.Create(paths, key, []);
        foreach (var record in records)
        {
            foreach (var piece in record.Pieces)
                RandomAccess.Write(files.Of(piece.Stream), piece.Bytes.Span, piece.Offset);
            LogIndexFile.Append(files.Index, record.Entries, LogBatch.EntriesOf(record.Pieces, record.Time));
        }
    }

    private void Flush(HashSet<LogKey> keys)
    {
        if (keys.Count == 0) return;
        if (keys.Count >= ManyLogs)
        {
            Posix.SyncFileSystem(paths.Folder);
            return;
        }

        foreach (var key in keys)
        {
            using var files = AttemptFiles.OpenExisting(paths, key);
            if (files is null) continue;
            files.SyncAll();
            foreach (var folder in paths.FoldersOf(key).Where(Directory.Exists)) Posix.SyncDirectory(folder);
        }
    }

    private static IEnumerable<JournalRecord> Read(string path)
    {
        ReadOnlyMemory<byte> rest = File.ReadAllBytes(path);
        while (JournalRecord.Read(rest) is var (record, length))
        {
            yield return record;
            rest = rest[length..];
        }
    }

    private static long NumberOf(string path) =>
        long.TryParse(Path.GetFileName(path)[Prefix.Length..], CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidDataException($"{path} is not a journal of logs");
}
