using Microsoft.Win32.SafeHandles;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Files;

/// <summary>
/// Makes the files of a log agree after a crash. What was acknowledged had been flushed in all of them, and flushes
/// follow the order of the index; so the log ends before the first record that is torn or speaks of bytes that are not
/// there.
/// </summary>
internal static class LogRecovery
{
    private const int RecordsAtOnce = 4096;

    public static Extent Recover(AttemptFiles files) => Truncate(files, Extend(files, default));

    /// <summary>How far the log goes now, when it went at least so far before; changes nothing.</summary>
    public static Extent Extend(AttemptFiles files, Extent extent)
    {
        var present = new LogLengths(RandomAccess.GetLength(files.Stdout), RandomAccess.GetLength(files.Stderr));
        while (true)
        {
            var entries = LogIndexFile.Read(files.Index, extent.Entries, RecordsAtOnce);
            foreach (var entry in entries)
            {
                if (Next(extent, entry, present) is not { } longer) return extent;
                extent = longer;
            }

            if (entries.Count < RecordsAtOnce) return extent;
        }
    }

    public static Extent Truncate(AttemptFiles files, Extent extent)
    {
        LogIndexFile.Truncate(files.Index, extent.Entries);
        Shorten(files.Stdout, extent.Lengths.Stdout);
        Shorten(files.Stderr, extent.Lengths.Stderr);
        return extent;
    }

    private static void Shorten(SafeFileHandle file, long length)
    {
        if (RandomAccess.GetLength(file) > length) RandomAccess.SetLength(file, length);
    }

    private static Extent? Next(Extent extent, LogIndexEntry entry, LogLengths present)
    {
        var lengths = extent.Lengths;
        var (at, through) = entry.Stream == LogStream.Stdout
            ? (lengths.Stdout, present.Stdout)
            : (lengths.Stderr, present.Stderr);
        var end = entry.Offset + entry.Length;
        if (entry.Offset != at || entry.Length <= 0 || end > through) return null;
        return new Extent(
            entry.Stream == LogStream.Stdout ? lengths with { Stdout = end } : lengths with { Stderr = end },
            extent.Entries + 1);
    }
}
