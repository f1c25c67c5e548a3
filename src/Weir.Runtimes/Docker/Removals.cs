using System.Collections.Concurrent;
using Weir.Runtimes.Docker.Api;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Docker;

/// <summary>
/// What steps leave, container and folder, is removed a moment after their end: the engine takes a processor for that,
/// and the next step's first commands come first. What cannot be removed now is found by its label in the next life's
/// sweep.
/// </summary>
internal sealed class Removals(EngineClient engine, TimeProvider time) : IAsyncDisposable
{
    private const int AtOnce = 2;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);
    private readonly SemaphoreSlim _turns = new(AtOnce);
    private readonly CancellationTokenSource _hurry = new();
    private readonly ConcurrentDictionary<string, Task> _running = new(StringComparer.Ordinal);

    public void Add(string id, string folder)
    {
        var removal = new TaskCompletionSource();
        if (_running.TryAdd(id, removal.Task)) _ = RemoveAsync(id, folder, removal);
    }

    /// <summary>Removes folders that an earlier life put aside.</summary>
    public void Tidy(string folder)
    {
        foreach (var place in Directory.EnumerateDirectories(folder, DockerNames.Aside + "*"))
        {
            if (!_running.ContainsKey(Path.GetFileName(place)[DockerNames.Aside.Length..])) FolderTree.Remove(place);
        }
    }

    /// <summary>Returns when the engine has removed it, or will not.</summary>
    public Task DoneAsync(string id) => _running.TryGetValue(id, out var removal) ? removal : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _hurry.CancelAsync();
        await Task.WhenAll(_running.Values);
        _turns.Dispose();
        _hurry.Dispose();
    }

    private async Task RemoveAsync(string id, string folder, TaskCompletionSource done)
    {
        await Task.Delay(Moment, time, _hurry.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _turns.WaitAsync();
        try
        {
            FolderTree.Remove(folder);
            await engine.Containers.RemoveAsync(id, CancellationToken.None);
        }
        catch (Exception exception) when (DockerHost.IsTrouble(exception) || exception is UnauthorizedAccessException)
        {
            // it stays, labelled; the folder goes with its attempt's
        }
        finally
        {
            _turns.Release();
            _running.TryRemove(id, out _);
            done.SetResult();
        }
    }
}
