using System.Globalization;
using System.Security.Cryptography;
using Weir.Contracts.Flows;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Process;

/// <summary>
/// The kernel's control groups, where this agent may make some: of the first version below its own group, of the second
/// below the root, as a group with processes cannot have groups with limits there.
/// </summary>
/// <param name="Memory">Parent folder of the groups that limit memory.</param>
/// <param name="Processes">Parent folder of the groups that limit processes; the same in the second version.</param>
/// <param name="Cpu">Parent folder of the groups that limit processor time; null when it cannot be limited.</param>
/// <param name="IsSecond">Whether it is the second version.</param>
internal sealed record ControlGroups(string Memory, string Processes, string? Cpu, bool IsSecond)
{
    private const string Root = "/sys/fs/cgroup";

    /// <summary>Null when limits cannot be set here.</summary>
    public static ControlGroups? Find()
    {
        try
        {
            var groups = File.Exists(Path.Combine(Root, "cgroup.controllers")) ? FindSecond() : FindFirst();
            groups.Of("probe." + RandomNumberGenerator.GetHexString(16)).Probe();
            return groups;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <param name="id">Unlike every other on this machine.</param>
    public StepGroup Of(string id) => new(this, id);

    private static ControlGroups FindSecond()
    {
        const string wanted = "+memory +pids +cpu";
        var parent = Path.Combine(Root, "weir");
        File.WriteAllText(Path.Combine(Root, "cgroup.subtree_control"), wanted);
        Directory.CreateDirectory(parent);
        File.WriteAllText(Path.Combine(parent, "cgroup.subtree_control"), wanted);
        return new ControlGroups(parent, parent, parent, IsSecond: true);
    }

    private static ControlGroups FindFirst()
    {
        var own = File.ReadLines("/proc/self/cgroup").Select(
            line => line.Split(':', 3)).Where(parts => parts.Length == 3)
            .SelectMany(parts => parts[1].Split(',').Select(controller => (controller, path: parts[2])))
            .ToLookup(entry => entry.controller, entry => entry.path);
        var cpu = Directory.Exists(Path.Combine(Root, "cpu")) ? Parent("cpu") : null;
        return new ControlGroups(Parent("memory"), Parent("pids"), cpu, IsSecond: false);

        string Parent(string controller)
        {
            var mine = Path.Join(Root, controller, own[controller].FirstOrDefault() ?? "/");
            var parent = Path.Combine(Directory.Exists(mine) ? mine : Path.Combine(Root, controller), "weir");
            if (!Directory.Exists(Path.Combine(Root, controller))) throw new IOException($"no {controller} controller");
            Directory.CreateDirectory(parent);
            return parent;
        }
    }
}

/// <summary>The groups of one step.</summary>
internal sealed class StepGroup(ControlGroups groups, string id)
{
    private const int CpuPeriod = 100_000;
    private const int RemovalRounds = 100;

    private IEnumerable<string> Folders =>
        new[] { groups.Memory, groups.Processes, groups.Cpu }.OfType<string>().Distinct()
            .Select(parent => Path.Combine(parent, id));

    /// <summary>Throws when groups cannot be made and limited here.</summary>
    public void Probe()
    {
        Create(new StepLimits { MemoryBytes = 1 << 30, Pids = 1000 });
        foreach (var folder in Folders) Directory.Delete(folder);
    }

    public void Create(StepLimits limits)
    {
        foreach (var folder in Folders) Directory.CreateDirectory(folder);
        if (limits.MemoryBytes is { } memory) LimitMemory(memory);
        if (limits.Pids is { } pids) Set(groups.Processes, "pids.max", pids);
        if (limits.Cpu is { } cpu && groups.Cpu is not null) LimitCpu(groups.Cpu, (long)(cpu * CpuPeriod));
    }

    public void Add(int pid)
    {
        foreach (var folder in Folders) File.WriteAllText(Path.Combine(folder, "cgroup.procs"), Text(pid));
    }

    /// <summary>True when the kernel killed something in it for want of memory.</summary>
    public bool RanOutOfMemory() => MemoryKills.AnyIn(Path.Combine(groups.Memory, id), groups.IsSecond);

    /// <summary>The kernel may hold a group for a moment after its last process has gone.</summary>
    public async Task RemoveAsync(TimeProvider time)
    {
        foreach (var folder in Folders)
        {
            for (var round = 0; Directory.Exists(folder) && round < RemovalRounds; round++)
            {
                try
                {
                    Directory.Delete(folder);
                }
                catch (IOException)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(round), time);
                }
            }
        }
    }

    private void LimitMemory(long bytes)
    {
        Set(groups.Memory, groups.IsSecond ? "memory.max" : "memory.limit_in_bytes", bytes);
        var swap = Path.Combine(groups.Memory, id, groups.IsSecond ? "memory.swap.max" : "memory.memsw.limit_in_bytes");
        if (File.Exists(swap)) File.WriteAllText(swap, Text(groups.IsSecond ? 0 : bytes));
    }

    private void LimitCpu(string parent, long quota)
    {
        if (groups.IsSecond)
        {
            File.WriteAllText(Path.Combine(parent, id, "cpu.max"), $"{Text(quota)} {Text(CpuPeriod)}");
            return;
        }

        Set(parent, "cpu.cfs_period_us", CpuPeriod);
        Set(parent, "cpu.cfs_quota_us", quota);
    }

    private void Set(string parent, string file, long value) =>
        File.WriteAllText(Path.Combine(parent, id, file), Text(value));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
