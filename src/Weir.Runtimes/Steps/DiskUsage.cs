using System.IO.Enumeration;

namespace Weir.Runtimes.Steps;

/// <summary>What folders take on disk.</summary>
internal static class DiskUsage
{
    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = true,
        RecurseSubdirectories = true,
    };

    /// <summary>
    /// Bytes that are allocated, so a hole in a file takes nothing and a file of several names counts once. What comes
    /// or goes meanwhile may be counted or not. Links are not followed.
    /// </summary>
    public static long Of(IEnumerable<string> folders, CancellationToken cancellationToken)
    {
        var seen = new HashSet<(long Device, long Number)>();
        var bytes = 0L;
        foreach (var folder in folders)
        {
            try
            {
                foreach (var name in NamesIn(folder))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (Posix.Facts(Posix.CurrentFolder, name, 0) is not { } facts) continue;
                    if (facts.IsFolder || facts.Links < 2 || seen.Add(facts.Identity)) bytes += facts.Allocated;
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // the step removed or closed it under our eyes
            }
        }

        return bytes;
    }

    private static FileSystemEnumerable<string> NamesIn(string folder) =>
        new(folder, (ref FileSystemEntry entry) => entry.ToFullPath(), Everything)
        {
            ShouldRecursePredicate = (ref FileSystemEntry entry) =>
                entry.IsDirectory && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
}
