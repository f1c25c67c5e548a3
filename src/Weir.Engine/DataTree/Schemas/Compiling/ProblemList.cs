using Weir.Contracts.Problems;

namespace Weir.Engine.DataTree.Schemas.Compiling;

/// <summary>What is wrong with a schema, up to a number.</summary>
internal sealed class ProblemList(int most)
{
    private readonly List<Problem> _all = [];

    public IReadOnlyList<Problem> All => _all;

    public bool IsEmpty => _all.Count == 0;

    public void Add(string place, string message)
    {
        if (_all.Count < most) _all.Add(new Problem(place, 0, 0, message));
    }

    public void Once(string place, string message)
    {
        if (!_all.Exists(problem => problem.Path == place && problem.Message == message)) Add(place, message);
    }
}
