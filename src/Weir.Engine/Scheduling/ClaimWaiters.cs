namespace Weir.Engine.Scheduling;

/// <summary>
/// Claims that found no work, in the order they came. Queued work wakes exactly one that can do it, so that thousands
/// of idle agents do not all ask at once.
/// </summary>
public sealed class ClaimWaiters
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiting = [];
    private long _epoch;

    /// <summary>
    /// Rises at every <see cref="Wake"/>: read it before looking for work, hand it to <see cref="WaitAsync"/>.
    /// </summary>
    public long Epoch
    {
        get
        {
            lock (_gate) return _epoch;
        }
    }

    /// <summary>
    /// Completes when matching work was queued since the epoch, or at the end of the wait; tells which.
    /// </summary>
    public async Task<bool> WaitAsync(
        long epoch, AgentOffer offer, IReadOnlyList<string> namespaces, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(offer, namespaces);
        LinkedListNode<Waiter> node;
        lock (_gate)
        {
            if (_epoch != epoch) return true;
            node = _waiting.AddLast(waiter);
        }

        using (cancellationToken.Register(() => waiter.Woken.TrySetResult(false)))
        {
            var woken = await waiter.Woken.Task;
            lock (_gate)
            {
                if (node.List is not null) _waiting.Remove(node);
            }

            return woken;
        }
    }

    public void Wake(string @namespace, Shape shape)
    {
        Waiter? chosen = null;
        lock (_gate)
        {
            _epoch++;
            for (var node = _waiting.First; node is not null; node = node.Next)
            {
                if (!node.Value.Accepts(@namespace, shape)) continue;
                chosen = node.Value;
                _waiting.Remove(node);
                break;
            }
        }

        chosen?.Woken.TrySetResult(true);
    }

    private sealed record Waiter(AgentOffer Offer, IReadOnlyList<string> Namespaces)
    {
        public TaskCompletionSource<bool> Woken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Accepts(string @namespace, Shape shape) =>
            (Namespaces.Count == 0 || Namespaces.Contains(@namespace)) && shape.IsMetBy(Offer);
    }
}
