using Weir.Engine.Runtimes;

namespace Weir.Runtimes.Process;

/// <summary>
/// At most one step per slot that is made ahead of time, because starting a shell costs a short step more than all the
/// rest: it sleeps behind its gate until a step takes it.
/// </summary>
/// <param name="make">Makes one for a slot.</param>
/// <param name="remove">Removes what is left of one whose shell has ended.</param>
internal sealed class SpareSteps(Func<int, Task<StepParts>> make, Func<StepParts, Task> remove) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Task<StepParts?>> _spares = [];
    private bool _closed;

    /// <summary>Begins to make one, unless the slot has one.</summary>
    public void Prepare(int slot)
    {
        lock (_lock)
        {
            if (!_closed && !_spares.ContainsKey(slot)) _spares[slot] = Task.Run(() => TryMakeAsync(slot));
        }
    }

    /// <summary>
    /// The slot's spare, the caller's own from now on; one that is being made is waited for, as making another would
    /// take longer. Null when there is none or its shell is no longer there.
    /// </summary>
    public async Task<StepParts?> TakeAsync(int slot)
    {
        Task<StepParts?>? making;
        lock (_lock)
        {
            if (!_spares.Remove(slot, out making)) return null;
        }

        if (await making is not { } spare) return null;
        if (spare.Record.IsShellAlive()) return spare;
        await DropAsync(spare);
        return null;
    }

    public async Task DropAsync(StepParts spare)
    {
        await spare.Process.DropAsync();
        await remove(spare);
    }

    public async ValueTask DisposeAsync()
    {
        List<Task<StepParts?>> left;
        lock (_lock)
        {
            _closed = true;
            left = [.. _spares.Values];
            _spares.Clear();
        }

        foreach (var making in left)
        {
            if (await making is { } spare) await DropAsync(spare);
        }
    }

    // A step that finds no spare is made the usual way and tells what is wrong.
    private async Task<StepParts?> TryMakeAsync(int slot)
    {
        try
        {
            return await make(slot);
        }
        catch (RuntimeException)
        {
            return null;
        }
    }
}
