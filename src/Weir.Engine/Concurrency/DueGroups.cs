using Weir.Engine.Signals;

namespace Weir.Engine.Concurrency;

/// <summary>Groups in which a run has just ended, so that the next may begin. Losing one costs seconds.</summary>
public sealed class DueGroups
{
    private const int Most = 10_000;
    private const string Any = "any";
    private readonly Lock _gate = new();
    private readonly ChangeWatch _added = new();
    private readonly HashSet<string> _keys = [];

    public void Add(string key)
    {
        lock (_gate)
        {
            if (_keys.Count < Most) _keys.Add(key);
        }

        _added.Pulse(Any);
    }

    internal IReadOnlyList<string> Take()
    {
        lock (_gate)
        {
            string[] taken = [.. _keys];
            _keys.Clear();
            return taken;
        }
    }

    /// <summary>Ask before taking, so that none falls between the two.</summary>
    internal Task NextAsync(CancellationToken cancellationToken) => _added.NextAsync(Any, cancellationToken);
}
