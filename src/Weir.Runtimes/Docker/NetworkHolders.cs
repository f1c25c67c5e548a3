using System.Collections.Concurrent;
using System.Net;
using Weir.Runtimes.Docker.Api;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Docker;

/// <summary>
/// Containers that do nothing but hold a network: one per slot and kind of network, which the steps of the slot share
/// one after the other. Making a network takes longer than all else of a step's start.
/// </summary>
internal sealed class NetworkHolders(
    EngineClient engine, DockerNames names, string folder, TimeProvider time) : IAsyncDisposable
{
    public const string None = "none";
    private const long MemoryBytes = 32L << 20;
    private const int Pids = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Cloud machines tell their own secrets there.
    private const string Script = """
        ip route add blackhole 169.254.0.0/16 2>/dev/null
        echo >/weir/ready
        exec sleep 2000000000
        """;

    private readonly ConcurrentDictionary<(int Slot, string Network), Lazy<Task<string>>> _holders = new();
    private readonly SemaphoreSlim _turn = new(1);
    private bool _hasNetwork;

    /// <summary>What belongs to this life, for a sweep.</summary>
    public IEnumerable<string> Ids => _holders.Values.Where(
        holder => holder is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }).Select(
        holder => holder.Value.Result);

    /// <summary>Id of the container whose network the next step of the slot joins.</summary>
    public async Task<string> ForSlotAsync(int slot, string network, CancellationToken cancellationToken)
    {
        var key = (slot, network);
        var holder = _holders.GetOrAdd(key, _ => new Lazy<Task<string>>(() => MakeAsync(network)));
        try
        {
            return await holder.Value.WaitAsync(cancellationToken);
        }
        catch when (holder.Value.IsFaulted)
        {
            _holders.TryRemove(KeyValuePair.Create(key, holder));
            throw;
        }
    }

    /// <summary>It does not run any more; the next step has another.</summary>
    public async Task ForgetAsync(int slot, string network, string id)
    {
        if (_holders.TryGetValue((slot, network), out var holder) && holder.Value.IsCompletedSuccessfully
            && await holder.Value == id) _holders.TryRemove(KeyValuePair.Create((slot, network), holder));
    }

    /// <summary>Removes folders of holders that an earlier life died in making.</summary>
    public void Tidy()
    {
        if (!_holders.IsEmpty) return;
        foreach (var place in Directory.EnumerateDirectories(folder)) FolderTree.Remove(place);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var holder in _holders.Values)
        {
            if (holder is not { IsValueCreated: true } || !await SettledAsync(holder.Value)) continue;
            await engine.Containers.RemoveAsync(await holder.Value, CancellationToken.None);
        }

        await RemoveNetworkAsync();
        _turn.Dispose();
    }

    private async Task<string> MakeAsync(string network)
    {
        await PrepareAsync(network);
        var name = names.Holder();
        var place = Path.Combine(folder, name);
        Directory.CreateDirectory(place);
        var id = await engine.Containers.CreateAsync(name, Describe(network, place), CancellationToken.None);
        try
        {
            await engine.Containers.StartAsync(id, CancellationToken.None);
            await WaitUntilReadyAsync(Path.Combine(place, "ready"));
            FolderTree.Remove(place);
            return id;
        }
        catch
        {
            await engine.Containers.RemoveAsync(id, CancellationToken.None);
            throw;
        }
    }

    private CreateContainer Describe(string network, string place) => new()
    {
        Image = $"{HolderImage.Name.Repository}:{HolderImage.Name.Tag}",
        User = "0:0",
        Entrypoint = ["/bin/sh", "-c", Script],
        Env = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
        Labels = names.Labels(DockerNames.HolderRole),
        HostConfig = new HostConfig
        {
            NetworkMode = network == None ? None : names.Network,
            Binds = [.. HolderImage.Binds, $"{place}:/weir"],
            CapDrop = ["ALL"],
            CapAdd = ["NET_ADMIN"],
            SecurityOpt = ["no-new-privileges"],
            ReadonlyRootfs = true,
            Memory = MemoryBytes,
            PidsLimit = Pids,
            LogConfig = new LogConfig("none"),
        },
    };

    private async Task WaitUntilReadyAsync(string file)
    {
        var began = time.GetTimestamp();
        while (!File.Exists(file))
        {
            if (time.GetElapsedTime(began) > Patience)
            {
                throw new EngineException("the holder of the steps' network did not come up", null);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2), time);
        }
    }

    private async Task PrepareAsync(string network)
    {
        await _turn.WaitAsync();
        try
        {
            await HolderImage.EnsureAsync(engine, CancellationToken.None);
            if (network == None || _hasNetwork) return;
            if ((await engine.Networks.ListAsync(names.Mine, CancellationToken.None)).Count == 0)
            {
                await engine.Networks.CreateAsync(NewNetwork(), CancellationToken.None);
            }

            _hasNetwork = true;
        }
        finally
        {
            _turn.Release();
        }
    }

    private CreateNetwork NewNetwork() => new(names.Network)
    {
        Options = new Dictionary<string, string> { ["com.docker.network.bridge.enable_icc"] = "false" },
        Labels = names.Labels("network"),
    };

    private static async Task<bool> SettledAsync(Task<string> holder)
    {
        await ((Task)holder).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return holder.IsCompletedSuccessfully;
    }

    // An earlier life may have made it. Steps that outlive this agent may still be in it.
    private async Task RemoveNetworkAsync()
    {
        try
        {
            foreach (var network in await engine.Networks.ListAsync(names.Mine, CancellationToken.None))
            {
                await engine.Networks.RemoveAsync(network.Id, CancellationToken.None);
            }
        }
        catch (EngineException used) when (used.Status is HttpStatusCode.Forbidden || used.IsMissing)
        {
            // the next life finds it by its label
        }
    }
}
