using System.Globalization;

namespace Weir.Runtimes.Steps;

/// <summary>The kernel's own count of what it killed in a control group for want of memory.</summary>
internal static class MemoryKills
{
    private const string Root = "/sys/fs/cgroup";
    private const string FirstVersion = "memory.oom_control";
    private const string SecondVersion = "memory.events";

    /// <param name="folder">Of the group.</param>
    /// <param name="isSecond">Whether it is of the second version of control groups.</param>
    public static bool AnyIn(string folder, bool isSecond)
    {
        var file = Path.Combine(folder, isSecond ? SecondVersion : FirstVersion);
        return File.Exists(file) && File.ReadLines(file).Any(line =>
            line.StartsWith("oom_kill ", StringComparison.Ordinal) && !line.EndsWith(" 0", StringComparison.Ordinal));
    }

    /// <summary>
    /// In the group of a container's first process. False where that cannot be known, as for an agent that numbers
    /// processes differently from its engine: a group that does not carry the container's id is not looked at.
    /// </summary>
    public static bool AnyAround(int pid, string container)
    {
        try
        {
            var groups = File.ReadAllLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cgroup"))
                .Select(line => line.Split(':', 3)).Where(parts => parts.Length == 3).ToList();
            var first = groups.FirstOrDefault(parts => parts[1].Split(',').Contains("memory"));
            var group = first ?? groups.FirstOrDefault(parts => parts[1].Length == 0);
            return group is not null && group[2].Contains(container, StringComparison.Ordinal)
                && AnyIn(Path.Join(Root, first is null ? "" : "memory", group[2]), isSecond: first is null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
