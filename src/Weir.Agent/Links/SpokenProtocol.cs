using Weir.Contracts.AgentProtocol;

namespace Weir.Agent.Links;

/// <summary>
/// Which protocol is spoken: the newest, and the one before to a controller that does not know the newest yet. The
/// choice stays until a controller refuses it.
/// </summary>
internal sealed class SpokenProtocol(int newest)
{
    private readonly IReadOnlyList<int> _spoken = AgentProtocolNumber.ServedBy(newest);
    private readonly Lock _gate = new();
    private int _number = newest;
    private int _refused;

    public int Number => Volatile.Read(ref _number);

    /// <summary>A controller answered to it.</summary>
    public void Served(int number)
    {
        if (number == Number) Volatile.Write(ref _refused, 0);
    }

    /// <summary>A controller refused it; false when it refused all that this agent speaks.</summary>
    public bool TryAnother(int refused)
    {
        lock (_gate)
        {
            if (refused != _number) return true;
            if (++_refused >= 2 * _spoken.Count || _spoken.Count == 1) return false;
            _number = _spoken[(IndexOf(refused) + 1) % _spoken.Count];
            return true;
        }
    }

    private int IndexOf(int number) => number == _spoken[0] ? 0 : 1;
}
