using System.Collections.Concurrent;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Docker.Api;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Docker;

/// <summary>
/// Runs each step in a container of a Docker engine on this machine. Steps outlive their agent, unless they must not.
/// </summary>
public sealed class DockerRuntime : IContainerRuntime, IAsyncDisposable
{
    private readonly DockerHost _host;
    private readonly DockerNames _names;
    private readonly DockerMaker _maker;
    private readonly NetworkHolders _holders;
    private readonly Removals _removals;
    private readonly StepsAhead _ahead;
    private readonly MountSight _sight;
    private readonly string _asideIn;
    private int _disposed;
    private readonly ConcurrentDictionary<string, DockerContainer> _containers = new(StringComparer.Ordinal);

    private DockerRuntime(DockerRuntimeOptions options, TimeProvider time)
    {
        _host = new DockerHost(new EngineClient(options.Socket), EventThread.Start(), time);
        _asideIn = Path.GetFullPath(options.Folder);
        _names = DockerNames.Of(options.Folder);
        _holders = new NetworkHolders(_host.Engine, _names, options.Folder, time);
        _removals = new Removals(_host.Engine, time);
        _maker = new DockerMaker(options, _host, _names, _holders);
        _ahead = new StepsAhead(_maker, DropAsync, options.Folder);
        _sight = new MountSight(_host.Engine, _names);
    }

    public string Name => "docker";

    public RuntimeCapabilities Capabilities => RuntimeCapabilities.Commands | RuntimeCapabilities.Images
        | RuntimeCapabilities.Adoption | RuntimeCapabilities.Limits | RuntimeCapabilities.NoNetwork;

    public static DockerRuntime Start(DockerRuntimeOptions options, TimeProvider time) => new(options, time);

    public async Task<IStepContainer> CreateAsync(ContainerSpec spec, CancellationToken cancellationToken) =>
        Watch(await _ahead.TakeAsync(spec, cancellationToken) ?? await _maker.MakeAsync(spec, cancellationToken));

    public Task<bool> SeesAsync(string folder, CancellationToken cancellationToken) =>
        _sight.SeesAsync(folder, cancellationToken);

    public void Prepare(StepForecast forecast) => _ahead.Prepare(forecast);

    public Task SettleAsync(ContainerSpec spec, CancellationToken cancellationToken) =>
        _ahead.SettleAsync(spec, cancellationToken);

    public void Discard(string key) => _ahead.Discard(key);

    public async Task<IStepContainer?> AdoptAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        var folder = new DockerFolder(Path.GetFullPath(spec.Folder));
        if (folder.Load() is not { } record) return null;
        var isThere = await _host.InsistAsync(
            token => IsToBeTakenUpAsync(spec, record, token), cancellationToken);
        if (isThere) return Watch(DockerParts.Open(_host.Events, spec, folder, record, new UndoStack()));
        folder.Remove();
        return null;
    }

    public async Task SweepAsync(IReadOnlyList<ContainerSpec> keep, CancellationToken cancellationToken)
    {
        try
        {
            await SweepEngineAsync(keep, cancellationToken);
            _ahead.Tidy();
            _removals.Tidy(_asideIn);
            _holders.Tidy();
        }
        catch (Exception exception) when (DockerHost.IsTrouble(exception))
        {
            // what an engine that is away still has is found by its labels the next time
        }
    }

    /// <summary>Leaves the steps that still run to the agent's next life, except those that must die with it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        foreach (var container in _containers.Values) container.LetGo();
        try
        {
            await _ahead.DisposeAsync();
            await _removals.DisposeAsync();
            if (_containers.IsEmpty) await _holders.DisposeAsync();
        }
        catch (Exception exception) when (DockerHost.IsTrouble(exception))
        {
            // the next life's sweep finds them
        }

        _host.Events.Dispose();
        _host.Engine.Dispose();
    }

    private async Task<bool> IsToBeTakenUpAsync(
        ContainerSpec spec, DockerRecord record, CancellationToken cancellationToken)
    {
        if (!spec.DiesWithAgent)
            return await _host.Engine.Containers.InspectAsync(record.Container, cancellationToken) is not null;
        await _host.Engine.Containers.RemoveAsync(record.Container, cancellationToken);
        return false;
    }

    private async Task SweepEngineAsync(
        IReadOnlyList<ContainerSpec> keep, CancellationToken cancellationToken)
    {
        var keptIds = keep.Select(spec => new DockerFolder(Path.GetFullPath(spec.Folder)).Load()?.Container)
            .Concat(_ahead.Ids).ToHashSet(StringComparer.Ordinal);
        var mine = await _host.Engine.Containers.ListAsync(_names.Mine, cancellationToken);
        var steps = mine.Where(entry => entry.Labels.ContainsKey(DockerNames.StepLabel)).ToList();
        var kept = steps.Where(entry => keptIds.Contains(entry.Id)).ToList();
        foreach (var entry in steps.Except(kept)) await RemoveAsync(entry, cancellationToken);
        var inUse = kept.Select(entry => entry.HostConfig.NetworkMode ?? "")
            .Concat(_holders.Ids.Select(id => $"container:{id}")).ToHashSet(StringComparer.Ordinal);
        foreach (var other in mine.Where(entry => entry.Labels[DockerNames.RoleLabel] != DockerNames.StepRole))
        {
            if (!inUse.Contains($"container:{other.Id}"))
                await _host.Engine.Containers.RemoveAsync(other.Id, cancellationToken);
        }
    }

    private DockerContainer Watch(DockerParts parts) =>
        _containers[parts.Container] = DockerContainer.Watch(parts, _host, Forget);

    private void Forget(DockerParts parts)
    {
        _containers.TryRemove(parts.Container, out _);
        if (parts.Holder is { } holder) _holders.GiveBack(holder);
        _removals.Add(parts.Container, PutAside(parts));
    }

    // One renaming instead of a dozen removals, which the next step would wait for.
    private string PutAside(DockerParts parts)
    {
        var aside = Path.Combine(_asideIn, DockerNames.Aside + parts.Container);
        try
        {
            parts.Folder.MoveTo(aside);
            return aside;
        }
        catch (Exception exception) when (DockerHost.IsTrouble(exception) || exception is UnauthorizedAccessException)
        {
            return parts.Folder.Path;
        }
    }

    private async Task DropAsync(DockerParts parts)
    {
        parts.Close();
        _removals.Add(parts.Container, parts.Folder.Path);
        await _removals.DoneAsync(parts.Container);
        if (parts.Holder is { } holder) _holders.GiveBack(holder);
    }

    private async Task RemoveAsync(ContainerEntry entry, CancellationToken cancellationToken)
    {
        if (_containers.TryGetValue(entry.Id, out var container))
        {
            await container.DisposeAsync();
            await _removals.DoneAsync(entry.Id);
            return;
        }

        await _host.Engine.Containers.RemoveAsync(entry.Id, cancellationToken);
        if (entry.Labels.TryGetValue(DockerNames.FolderLabel, out var folder)) new DockerFolder(folder).Remove();
    }
}
