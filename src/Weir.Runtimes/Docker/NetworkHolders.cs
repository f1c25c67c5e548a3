using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Weir.Runtimes.Docker.Api;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Docker;

/// <summary>
/// Containers that do nothing but hold a network, which steps use one after the other, never two at once. Making a
/// network takes longer than all else of a step's start. There are as many as steps were ever there at once, those
/// counted that wait behind their gates.
/// </summary>
internal sealed class NetworkHolders(
    EngineClient engine, DockerNames names, string folder, TimeProvider time) : IAsyncDisposable
{
    public const string None = "none";
    private const long MemoryBytes = 32L << 20;
    private const int Pids = 16;
    // Below a private folder. A holder has no right to write where only another user, which the agent may be, can.
    private const UnixFileMode OpenToAll = (UnixFileMode)0x1FF;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Cloud machines tell their own secrets there.
    private const string Script = """
        ip route add blackhole 169.254.0.0/16 2>/dev/null
        echo >/weir/ready
        exec sleep 2000000000
        """;

    private readonly ConcurrentDictionary<string, NetworkHolder> _holders = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Stack<NetworkHolder>> _free = new(StringComparer.Ordinal);
    private int _making;
    private readonly SemaphoreSlim _turn = new(1);
    private bool _hasNetwork;

    /// <summary>What belongs to this life, for a sweep.</summary>
    public IEnumerable<string> Ids => _holders.Keys;

    /// <summary>A holder whose network no other step is in, until it is given back.</summary>
    public async Task<NetworkHolder> RentAsync(string network, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_free.TryGetValue(network, out var free) && free.TryPop(out var holder)) return holder;
        }

        var making = MakeAsync(network);
        try
        {
            return await making.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _ = GiveBackAsync(making);
            throw;
        }
    }

    /// <summary>Removes folders of holders that an earlier life died in making.</summary>
    public void Tidy()
    {
        if (!_holders.IsEmpty || Volatile.Read(ref _making) > 0) return;
        foreach (var place in Directory.EnumerateDirectories(folder, names.Holder("*"))) FolderTree.Remove(place);
    }

    /// <summary>The step that used it is over.</summary>
    public void GiveBack(NetworkHolder holder)
    {
        lock (_lock)
        {
            if (!_holders.ContainsKey(holder.Id)) return;
            if (!_free.TryGetValue(holder.Network, out var free)) _free[holder.Network] = free = [];
            free.Push(holder);
        }
    }

    /// <summary>It does not run any more.</summary>
    public void Forget(NetworkHolder holder) => _holders.TryRemove(holder.Id, out _);

    public async ValueTask DisposeAsync()
    {
        foreach (var id in Ids) await engine.Containers.RemoveAsync(id, CancellationToken.None);

        await RemoveNetworkAsync();
        _turn.Dispose();
    }

    private async Task<NetworkHolder> MakeAsync(string network)
    {
        Interlocked.Increment(ref _making);
        try
        {
            var holder = new NetworkHolder(await StartAsync(network), network);
            _holders[holder.Id] = holder;
            return holder;
        }
        finally
        {
            Interlocked.Decrement(ref _making);
        }
    }

    // Who wanted it gave up; the next one need not wait for another.
    private async Task GiveBackAsync(Task<NetworkHolder> making)
    {
        await ((Task)making).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (making.IsCompletedSuccessfully) GiveBack(await making);
    }

    private async Task<string> StartAsync(string network)
    {
        var image = await PrepareAsync(network);
        var name = names.Holder(RandomNumberGenerator.GetHexString(DockerNames.Digits, lowercase: true));
        var place = Path.Combine(folder, name);
        Directory.CreateDirectory(place);
        File.SetUnixFileMode(place, OpenToAll);
        var id = await engine.Containers.CreateAsync(name, Describe(image, network, place), CancellationToken.None);
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

    private CreateContainer Describe(string image, string network, string place) => new()
    {
        Image = image,
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

    private async Task<string> PrepareAsync(string network)
    {
        await _turn.WaitAsync();
        try
        {
            var image = await HolderImage.EnsureAsync(engine, CancellationToken.None);
            if (network == None || _hasNetwork) return image;
            if ((await engine.Networks.ListAsync(names.Mine, CancellationToken.None)).Count == 0)
            {
                await engine.Networks.CreateAsync(NewNetwork(), CancellationToken.None);
            }

            _hasNetwork = true;
            return image;
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

/// <param name="Id">The container whose network a step joins.</param>
/// <param name="Network">The kind of network.</param>
internal sealed record NetworkHolder(string Id, string Network);
