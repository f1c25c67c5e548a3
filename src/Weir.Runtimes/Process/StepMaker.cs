using System.Security.Cryptography;
using Weir.Contracts.Flows;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Process;

/// <summary>Sets up all that one step needs, its shell blocked at its gate, and removes it again.</summary>
internal sealed class StepMaker(
    ProcessRuntimeOptions options, ControlGroups? groups, EventThread events, StepGuard guard, TimeProvider time)
{
    private const int NonceDigits = 32;

    public static bool IsLimited(StepLimits limits) =>
        limits.MemoryBytes is not null || limits.Pids is not null || limits.Cpu is not null;

    /// <summary>Throws <see cref="RuntimeException"/> when it cannot be made; nothing is left behind then.</summary>
    public async Task<StepParts> MakeAsync(ContainerSpec spec, ShellCall shell, StepUser? user)
    {
        var undo = new UndoStack();
        try
        {
            await guard.StartAsync(events);
            return await MakeAsync(spec, shell, user, undo);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or RuntimeException)
        {
            await undo.UndoAsync();
            if (exception is RuntimeException) throw;
            throw new RuntimeException($"the step could not be started: {exception.Message}", exception);
        }
    }

    /// <summary>Removes what is left of a step whose processes are gone.</summary>
    public async Task RemoveAsync(StepParts parts)
    {
        parts.Close();
        if (parts.Group is not null) await parts.Group.RemoveAsync(time);
        parts.Record.Delete(options.Folder);
    }

    private async Task<StepParts> MakeAsync(ContainerSpec spec, ShellCall shell, StepUser? user, UndoStack undo)
    {
        var folder = new StepFolder(Path.GetFullPath(spec.Folder), user?.Id);
        undo.Add(folder.Remove);
        folder.Create();
        var format = new MarkerFormat(RandomNumberGenerator.GetHexString(NonceDigits, lowercase: true));
        var output = new StepOutput(
            events, format, new StepPipe(folder.Stdout), new StepPipe(folder.Stderr),
            Posix.Open(folder.Stdout, Posix.WriteOnly), Posix.Open(folder.Stderr, Posix.WriteOnly));
        undo.Add(output.Dispose);
        var cookie = $"{guard.Nonce}.{RandomNumberGenerator.GetHexString(NonceDigits, lowercase: true)}";
        var group = IsLimited(spec.Work.Limits) ? groups?.Of(cookie) : null;
        if (group is not null) undo.Add(() => group.RemoveAsync(time));
        group?.Create(spec.Work.Limits);
        var call = new SpawnCall(shell.Arguments, EnvironmentOf(folder, cookie), output.Writers);
        var process = await StepProcess.StartAsync(events, call, folder, pid => user?.Join(pid));
        undo.Add(() => user?.Leave(process.Pid));
        undo.Add(process.DropAsync);
        var started = ProcFiles.Facts(process.Pid)?.Started ?? 0;
        var record = new StepRecord(spec.Id, process.Pid, started, cookie, user?.Id ?? -1, folder.Path);
        undo.Add(() => record.Delete(options.Folder));
        record.Save(options.Folder);
        Limit(process.Pid, spec.Work.Limits, group, user);
        var origin = new TreeOrigin(process.Pid, time);
        var tree = new ProcessTree(process.Pid, cookie) { Since = started, Origin = origin };
        return new StepParts(spec, folder)
        {
            Format = format,
            Output = output,
            Process = process,
            Record = record,
            Origin = origin,
            Tree = user?.TreeOf(tree) ?? tree,
            User = user,
            Group = group,
        };
    }

    // Without control groups the kernel limits each process, not the step as a whole.
    private static void Limit(int shell, StepLimits limits, StepGroup? group, StepUser? user)
    {
        group?.Add(shell);
        if (group is not null) return;
        if (limits.MemoryBytes is { } memory) Posix.Limit(shell, Posix.LimitOfAddressSpace, memory);
        if (limits.Pids is { } pids && user is not null) Posix.Limit(shell, Posix.LimitOfProcesses, pids);
    }

    private IReadOnlyList<string> EnvironmentOf(StepFolder folder, string cookie) =>
    [
        $"PATH={options.Path}", $"HOME={folder.Home}", "LANG=C.UTF-8", "TERM=dumb",
        $"{ProcessTree.CookieName}={cookie}",
    ];
}
