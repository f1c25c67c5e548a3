namespace Weir.Testing;

/// <summary>
/// Processes of this machine, told by a mark in their arguments: a container counts its processes by itself. A zombie
/// has no arguments any more.
/// </summary>
public static class HostProcesses
{
    private static int _marks;

    /// <summary>A time to sleep, in seconds, that no other test of this machine asks for now.</summary>
    public static string NewMark() =>
        (600_000_000 + Interlocked.Increment(ref _marks) + (Environment.ProcessId * 1000L % 90_000_000)).ToString(
            System.Globalization.CultureInfo.InvariantCulture);

    public static bool HasOne(string mark) => Directory.EnumerateDirectories("/proc")
        .Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]))
        .Any(folder => Arguments(folder).Contains(mark, StringComparison.Ordinal));

    private static string Arguments(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
