using System.Collections.Concurrent;
using System.Security.Cryptography;
using Weir.Contracts.Flows;
using Weir.Engine.Runtimes;

namespace Weir.Runtimes.Process;

/// <summary>
/// Runs steps as processes of this machine, without an engine. It isolates little: steps share the machine's files and
/// network; what <see cref="Capabilities"/> does not name does not hold. Steps die with their agent.
/// </summary>
public sealed class ProcessRuntime : IContainerRuntime, IAsyncDisposable
{
    private const int NonceDigits = 32;
    private const int CapabilityToAdministrate = 21;
    private const int MaxIdLength = 200;
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(1);
    private readonly ProcessRuntimeOptions _options;
    private readonly TimeProvider _time;
    private readonly ControlGroups? _groups = ControlGroups.Find();
    private readonly bool _canUnshare = ProcFiles.IsCapableOf(CapabilityToAdministrate);
    private readonly EventThread _events = EventThread.Start();
    private readonly UserPool? _users;
    private readonly StepGuard _guard;
    private readonly ConcurrentDictionary<string, ProcessContainer> _containers = new(StringComparer.Ordinal);

    private ProcessRuntime(ProcessRuntimeOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _guard = new StepGuard(RandomNumberGenerator.GetHexString(NonceDigits, lowercase: true));
        _users = options.OwnUsers ? new UserPool(options.UserClaims, options.FirstUser, time) : null;
    }

    public string Name => "process";

    public RuntimeCapabilities Capabilities =>
        RuntimeCapabilities.Commands
        | (_groups is null ? RuntimeCapabilities.None : RuntimeCapabilities.Limits)
        | (_users is null ? RuntimeCapabilities.None : RuntimeCapabilities.OwnUser)
        | (_canUnshare ? RuntimeCapabilities.NoNetwork : RuntimeCapabilities.None);

    public static ProcessRuntime Start(ProcessRuntimeOptions options, TimeProvider time)
    {
        Directory.CreateDirectory(
            options.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new ProcessRuntime(options, time);
    }

    public async Task<IStepContainer> CreateAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        CheckId(spec.Id);
        var shell = ShellCall.Find(spec.Work.Shell, _options.Path);
        var user = _users is null ? null : await _users.ForSlotAsync(spec.Slot, cancellationToken);
        var container = await MakeAsync(spec, shell with { User = user?.Id, NoNetwork = NeedsNoNetwork(spec) }, user);
        return _containers[spec.Id] = container;
    }

    /// <summary>Steps die with their agent, so there is never one to take up.</summary>
    public Task<IStepContainer?> AdoptAsync(ContainerSpec spec, CancellationToken cancellationToken) =>
        Task.FromResult<IStepContainer?>(null);

    public async Task SweepAsync(IReadOnlySet<string> keep, CancellationToken cancellationToken)
    {
        foreach (var record in StepRecord.ReadAll(_options.Folder).Where(record => !keep.Contains(record.Id)))
        {
            if (_containers.TryGetValue(record.Id, out var container))
            {
                await container.DisposeAsync();
                continue;
            }

            await record.Tree().KillAsync(_time, cancellationToken);
            if (record.User >= 0 && _users is not null) await _users.PurgeAsync(record.User, cancellationToken);
            if (_groups is not null) await _groups.Of(record.Cookie).RemoveAsync(_time);
            new StepFolder(record.Folder, null).Remove();
            record.Delete(_options.Folder);
        }
    }

    /// <summary>Kills what still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var container in _containers.Values) await container.DisposeAsync();
        await _guard.DismissAsync();
        _events.Dispose();
        _users?.Dispose();
    }

    private static void CheckId(string id)
    {
        var isPlain = id.Length is > 0 and <= MaxIdLength && id[0] != '.'
            && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
        if (!isPlain) throw new RuntimeException($"'{id}' cannot name a container");
    }

    private bool NeedsNoNetwork(ContainerSpec spec)
    {
        if (spec.Work.Limits.Network != "none") return false;
        if (Capabilities.HasFlag(RuntimeCapabilities.NoNetwork)) return true;
        throw new RuntimeException("this agent cannot run a step without network: it may not make network namespaces");
    }

    private async Task<ProcessContainer> MakeAsync(ContainerSpec spec, ShellCall shell, StepUser? user)
    {
        var undo = new UndoStack();
        try
        {
            await _guard.StartAsync(_events);
            return await MakeAsync(spec, shell, user, undo);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or RuntimeException)
        {
            await undo.UndoAsync();
            if (exception is RuntimeException) throw;
            throw new RuntimeException($"the step could not be started: {exception.Message}", exception);
        }
    }

    private async Task<ProcessContainer> MakeAsync(ContainerSpec spec, ShellCall shell, StepUser? user, UndoStack undo)
    {
        var folder = new StepFolder(Path.GetFullPath(spec.Folder), user?.Id);
        undo.Add(folder.Remove);
        folder.Create();
        var format = new MarkerFormat(RandomNumberGenerator.GetHexString(NonceDigits, lowercase: true));
        var output = new StepOutput(_events, folder, format);
        undo.Add(output.Dispose);
        var cookie = $"{_guard.Nonce}.{RandomNumberGenerator.GetHexString(NonceDigits, lowercase: true)}";
        var group = IsLimited(spec.Work.Limits) ? _groups?.Of(cookie) : null;
        if (group is not null) undo.Add(() => group.RemoveAsync(_time));
        group?.Create(spec.Work.Limits);
        var process = await StepProcess.StartAsync(
            _events, shell.Arguments, EnvironmentOf(folder, cookie), folder, output.Writers);
        undo.Add(process.DropAsync);
        user?.Join(process.Pid);
        undo.Add(() => user?.Leave(process.Pid));
        var started = ProcFiles.Facts(process.Pid)?.Started ?? 0;
        var record = new StepRecord(spec.Id, process.Pid, started, cookie, user?.Id ?? -1, folder.Path);
        undo.Add(() => record.Delete(_options.Folder));
        record.Save(_options.Folder);
        Limit(process.Pid, spec.Work.Limits, group, user);
        var began = _time.GetTimestamp();
        var tree = new ProcessTree(process.Pid, cookie)
        {
            Since = started,
            IsYoung = () => _time.GetElapsedTime(began) < Young,
        };
        var parts = new StepParts(spec, folder)
        {
            Format = format,
            Output = output,
            Process = process,
            Tree = user?.TreeOf(tree) ?? tree,
            User = user,
            Group = group,
        };
        return new ProcessContainer(parts, _time, parts => RemoveAsync(parts, record));
    }

    // Without control groups the kernel limits each process, not the step as a whole.
    private static void Limit(int shell, StepLimits limits, StepGroup? group, StepUser? user)
    {
        group?.Add(shell);
        if (group is not null) return;
        if (limits.MemoryBytes is { } memory) Posix.Limit(shell, Posix.LimitOfAddressSpace, memory);
        if (limits.Pids is { } pids && user is not null) Posix.Limit(shell, Posix.LimitOfProcesses, pids);
    }

    private static bool IsLimited(StepLimits limits) =>
        limits.MemoryBytes is not null || limits.Pids is not null || limits.Cpu is not null;

    private IReadOnlyList<string> EnvironmentOf(StepFolder folder, string cookie) =>
    [
        $"PATH={_options.Path}", $"HOME={folder.Home}", "LANG=C.UTF-8", "TERM=dumb",
        $"{ProcessTree.CookieName}={cookie}",
    ];

    private async Task RemoveAsync(StepParts parts, StepRecord record)
    {
        parts.Close();
        if (parts.Group is not null) await parts.Group.RemoveAsync(_time);
        record.Delete(_options.Folder);
        _containers.TryRemove(record.Id, out _);
    }
}
