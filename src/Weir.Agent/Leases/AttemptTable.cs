using Weir.Agent.Pacing;
using Weir.Contracts.AgentProtocol;

namespace Weir.Agent.Leases;

/// <summary>A claim under way: at most one at a time, as a long poll or in passing with a finish.</summary>
/// <param name="Nonce">The number it carries; the same again until it was answered.</param>
/// <param name="FreeSlots">How many attempts may come back.</param>
/// <param name="FirstSent">Timestamp at which this nonce was first sent: leases it brings may be that old.</param>
internal sealed record ClaimTicket(ClaimNonce Nonce, int FreeSlots, long FirstSent);

/// <summary>
/// The attempts that this agent holds, its slots, and the numbering of its claims, changed together: a renewal must
/// never say that a claim was answered without listing what the claim brought.
/// </summary>
internal sealed class AttemptTable(long generation, int slots, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<AttemptFence, HeldAttempt> _held = [];
    private readonly bool[] _taken = new bool[slots];
    private long _answered;
    private long? _firstSent;
    private bool _claiming;
    private bool _draining;
    private string? _paused;
    private bool _closed;

    /// <summary>Set when a claim may have become possible, or the table empty.</summary>
    public Signal Changed { get; } = new(time);

    public bool IsEmpty
    {
        get
        {
            lock (_lock) return _held.Count == 0;
        }
    }

    /// <summary>While draining no claim begins.</summary>
    public bool Draining
    {
        get
        {
            lock (_lock) return _draining;
        }

        set
        {
            lock (_lock) _draining = value;
            Changed.Set();
        }
    }

    /// <summary>Why no claim begins for now, in words; null when claims may begin.</summary>
    public string? Paused
    {
        get
        {
            lock (_lock) return _paused;
        }

        set
        {
            lock (_lock) _paused = value;
        }
    }

    /// <summary>Null when a claim is under way already, when all slots are taken, while paused or draining.</summary>
    /// <param name="finishing">An attempt that is over once this claim arrives; its slot counts as free.</param>
    public ClaimTicket? TryBeginClaim(HeldAttempt? finishing = null)
    {
        lock (_lock)
        {
            var free = _taken.Count(taken => !taken) + (finishing is null ? 0 : 1);
            if (_claiming || _draining || _closed || _paused is not null || free == 0) return null;
            _claiming = true;
            _firstSent ??= time.GetTimestamp();
            return new ClaimTicket(new ClaimNonce(generation, _answered + 1), free, _firstSent.Value);
        }
    }

    /// <summary>The claim was not answered; the next one asks the same again.</summary>
    public void Abandon(ClaimTicket ticket)
    {
        lock (_lock)
        {
            if (ticket.Nonce.Number == _answered + 1) _claiming = false;
        }

        Changed.Set();
    }

    /// <summary>
    /// The claim was answered: holds what it brought, in place of the attempt that ended with it. What has no slot is
    /// not held, and so the next renewal gives it back.
    /// </summary>
    public IReadOnlyList<HeldAttempt> TakeIn(
        ClaimTicket ticket, IReadOnlyList<Assignment> assignments, HeldAttempt? finished = null)
    {
        lock (_lock)
        {
            if (finished is not null) Release(finished);
            if (ticket.Nonce.Number != _answered + 1) return [];
            _answered = ticket.Nonce.Number;
            _firstSent = null;
            _claiming = false;
            Changed.Set();
            var taken = new List<HeldAttempt>(assignments.Count);
            foreach (var assignment in assignments)
            {
                if (TryHold(assignment, null, ticket.FirstSent) is { } held) taken.Add(held);
            }

            return taken;
        }
    }

    /// <summary>No claim begins any more, and what one under way still brings is not held.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            if (_firstSent is not null) _answered++;
            _firstSent = null;
        }
    }

    /// <summary>An attempt of an earlier life, with the slot it had; null when there is no slot for it.</summary>
    public HeldAttempt? Recover(Assignment assignment, int slot, TimeSpan remaining)
    {
        lock (_lock)
        {
            var held = TryHold(assignment, slot, time.GetTimestamp());
            held?.Shorten(remaining);
            return held;
        }
    }

    public void Remove(HeldAttempt held)
    {
        lock (_lock) Release(held);
    }

    public HeldAttempt? Find(AttemptFence fence)
    {
        lock (_lock) return _held.GetValueOrDefault(fence);
    }

    public RenewRequest Snapshot()
    {
        lock (_lock) return new RenewRequest(new ClaimNonce(generation, _answered), [.. _held.Keys])
        {
            Paused = _paused,
        };
    }

    private HeldAttempt? TryHold(Assignment assignment, int? wanted, long since)
    {
        var slot = wanted is { } number && number < _taken.Length && !_taken[number]
            ? number
            : Array.IndexOf(_taken, false);
        if (slot < 0 || _held.ContainsKey(assignment.Fence)) return null;
        _taken[slot] = true;
        var held = new HeldAttempt(assignment, slot, since, time);
        _held.Add(assignment.Fence, held);
        return held;
    }

    private void Release(HeldAttempt held)
    {
        if (!_held.Remove(held.Fence)) return;
        _taken[held.Slot] = false;
        held.Dispose();
        Changed.Set();
    }
}
