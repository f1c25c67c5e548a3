using System.Collections.Concurrent;
using Weir.Runtimes.Docker.Api;

namespace Weir.Runtimes.Docker;

/// <summary>
/// Containers that have ended are removed beside the next step, which need not wait for it. One that cannot be removed
/// now is found by its label in the next life's sweep.
/// </summary>
internal sealed class Removals(EngineClient engine) : IAsyncDisposable
{
    private const int AtOnce = 2;
    private readonly SemaphoreSlim _turns = new(AtOnce);
    private readonly ConcurrentDictionary<string, Task> _running = new(StringComparer.Ordinal);

    public void Add(string id)
    {
        var removal = new TaskCompletionSource();
        if (_running.TryAdd(id, removal.Task)) _ = RemoveAsync(id, removal);
    }

    /// <summary>Returns when the engine has removed it, or will not.</summary>
    public Task DoneAsync(string id) => _running.TryGetValue(id, out var removal) ? removal : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_running.Values);
        _turns.Dispose();
    }

    private async Task RemoveAsync(string id, TaskCompletionSource done)
    {
        await _turns.WaitAsync();
        try
        {
            await engine.Containers.RemoveAsync(id, CancellationToken.None);
        }
        catch (Exception exception) when (exception is EngineException or HttpRequestException or IOException)
        {
            // it stays, labelled
        }
        finally
        {
            _turns.Release();
            _running.TryRemove(id, out _);
            done.SetResult();
        }
    }
}
