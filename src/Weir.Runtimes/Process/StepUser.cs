namespace Weir.Runtimes.Process;

/// <summary>
/// A user that only one slot of one agent on this machine has (a locked file says so). Two containers of a slot may
/// have it at once: one that runs and the next one, still behind its gate.
/// </summary>
internal sealed class StepUser(int id, FileStream claim) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, bool> _openGates = [];

    public int Id => id;

    public bool IsIdle
    {
        get
        {
            lock (_lock) return _openGates.Count == 0;
        }
    }

    public void Join(int shell)
    {
        lock (_lock) _openGates[shell] = false;
    }

    public void OpenGate(int shell)
    {
        lock (_lock) _openGates[shell] = true;
    }

    public void Leave(int shell)
    {
        lock (_lock) _openGates.Remove(shell);
    }

    /// <summary>The same step's processes, found by this user when no other step can have run as it.</summary>
    public ProcessTree TreeOf(ProcessTree traces) => traces with
    {
        OwnUser = () => IsAlone(traces.Main) ? id : null,
        Spares = pid => pid != traces.Main && IsMember(pid),
    };

    /// <summary>All processes of this user, whatever started them.</summary>
    public ProcessTree Everything() => new(-1, "") { OwnUser = () => id };

    public void Dispose() => claim.Dispose();

    private bool IsAlone(int shell)
    {
        lock (_lock) return _openGates.All(other => other.Key == shell || !other.Value);
    }

    private bool IsMember(int shell)
    {
        lock (_lock) return _openGates.ContainsKey(shell);
    }
}
