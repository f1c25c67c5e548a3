namespace Weir.Testing;

/// <summary>
/// Processes of this machine, told by a mark in their arguments: a container counts its processes by itself. A zombie
/// has no arguments any more.
/// </summary>
public static class HostProcesses
{
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
