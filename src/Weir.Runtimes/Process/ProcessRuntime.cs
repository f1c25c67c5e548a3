using System.Collections.Concurrent;
using System.Security.Cryptography;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Steps;

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
    private const string SparePrefix = "spare-";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private readonly ProcessRuntimeOptions _options;
    private readonly TimeProvider _time;
    private readonly ControlGroups? _groups = ControlGroups.Find();
    private readonly bool _canUnshare = ProcFiles.IsCapableOf(CapabilityToAdministrate);
    private readonly EventThread _events = EventThread.Start();
    private readonly UserPool? _users;
    private readonly StepGuard _guard;
    private readonly StepMaker _maker;
    private readonly SpareShelf<int, StepParts> _spares;
    private readonly string _spareNames;
    private int _disposed;
    private readonly ConcurrentDictionary<string, ProcessContainer> _containers = new(StringComparer.Ordinal);

    private ProcessRuntime(ProcessRuntimeOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _guard = new StepGuard(RandomNumberGenerator.GetHexString(NonceDigits, lowercase: true));
        _users = options.OwnUsers ? new UserPool(options.UserClaims, options.FirstUser, time) : null;
        _maker = new StepMaker(options, _groups, _events, _guard, time);
        _spares = new SpareShelf<int, StepParts>(spare => spare.Record.IsShellAlive(), DropAsync);
        _spareNames = SparePrefix + _guard.Nonce;
    }

    public string Name => "process";

    public RuntimeCapabilities Capabilities =>
        RuntimeCapabilities.Commands
        | (_groups is null ? RuntimeCapabilities.None : RuntimeCapabilities.Limits)
        | (_users is null ? RuntimeCapabilities.None : RuntimeCapabilities.OwnUser)
        | (_canUnshare ? RuntimeCapabilities.NoNetwork : RuntimeCapabilities.None);

    public static ProcessRuntime Start(ProcessRuntimeOptions options, TimeProvider time)
    {
        Directory.CreateDirectory(options.Folder, Private);
        // The folders of spares are below it.
        if (options.OwnUsers) File.SetUnixFileMode(options.Folder, Passable);
        return new ProcessRuntime(options, time);
    }

    public async Task<IStepContainer> CreateAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        CheckId(spec.Id);
        var parts = IsPlain(spec.Work) ? await TakeSpareAsync(spec, cancellationToken) : null;
        parts ??= await MakeAsync(spec, cancellationToken);
        var container = new ProcessContainer(parts, _time, RemoveAsync);
        return _containers[spec.Id] = container;
    }

    /// <summary>Steps die with their agent, so there is never one to take up.</summary>
    public Task<IStepContainer?> AdoptAsync(ContainerSpec spec, CancellationToken cancellationToken) =>
        Task.FromResult<IStepContainer?>(null);

    public async Task SweepAsync(IReadOnlyList<ContainerSpec> keep, CancellationToken cancellationToken)
    {
        var kept = keep.Select(spec => spec.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var record in StepRecord.ReadAll(_options.Folder).Where(record => !kept.Contains(record.Id)))
        {
            if (_containers.TryGetValue(record.Id, out var container))
            {
                await container.DisposeAsync();
                continue;
            }

            if (record.Id.StartsWith(_spareNames, StringComparison.Ordinal)) continue;
            await record.Tree().KillAsync(_time, cancellationToken);
            if (record.User >= 0 && _users is not null) await _users.PurgeAsync(record.User, cancellationToken);
            if (_groups is not null) await _groups.Of(record.Cookie).RemoveAsync(_time);
            new StepFolder(record.Folder, null).Remove();
            record.Delete(_options.Folder);
        }

        RemoveUnrecordedSpares();
    }

    /// <summary>Kills what still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _spares.DisposeAsync();
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

    // What any step of the slot could be: a spare knows nothing of the step that it will be.
    private static bool IsPlain(StepWork work) =>
        work.Shell is null or ShellCall.Usual && work.Limits.Network != "none" && !StepMaker.IsLimited(work.Limits);

    private async Task<StepParts> MakeAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        var shell = ShellCall.Find(spec.Work.Shell, _options.Path);
        var user = _users is null ? null : await _users.ForSlotAsync(spec.Slot, cancellationToken);
        return await _maker.MakeAsync(spec, shell with { User = user?.Id, NoNetwork = NeedsNoNetwork(spec) }, user);
    }

    private Task<StepParts> MakeSpareAsync(int slot)
    {
        var id = $"{_spareNames}-{RandomNumberGenerator.GetHexString(NonceDigits, lowercase: true)}";
        var folder = Path.Combine(_options.Folder, id + ".d");
        return MakeAsync(new ContainerSpec(id, folder, folder) { Work = new StepWork(), Slot = slot }, default);
    }

    private async Task<StepParts?> TakeSpareAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        if (await _spares.TakeAsync(spec.Slot, cancellationToken) is not { } spare) return null;
        try
        {
            return spare with { Spec = spec, Record = spare.Record.Rename(_options.Folder, spec.Id) };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await DropAsync(spare);
            return null;
        }
    }

    private async Task DropAsync(StepParts spare)
    {
        await spare.Process.DropAsync();
        await _maker.RemoveAsync(spare);
    }

    // An earlier life may have died between making a spare's folder and writing down that there is one.
    private void RemoveUnrecordedSpares()
    {
        var recorded = StepRecord.ReadAll(_options.Folder).Select(record => record.Folder).ToHashSet();
        foreach (var folder in Directory.EnumerateDirectories(_options.Folder, SparePrefix + "*"))
        {
            var isOwn = Path.GetFileName(folder).StartsWith(_spareNames, StringComparison.Ordinal);
            if (!isOwn && !recorded.Contains(Path.GetFullPath(folder))) FolderTree.Remove(folder);
        }
    }

    private async Task RemoveAsync(StepParts parts)
    {
        await _maker.RemoveAsync(parts);
        _containers.TryRemove(parts.Spec.Id, out _);
        // Any earlier, its start would take time from the step; now the slot's next one is still to be claimed.
        if (IsPlain(parts.Spec.Work)) _spares.Prepare(parts.Spec.Slot, _ => MakeSpareAsync(parts.Spec.Slot));
    }
}
