using Weir.Contracts.Problems;

namespace Weir.Engine.Definitions;

/// <summary>Gathers what is wrong with an input; bounded.</summary>
internal sealed class ProblemList
{
    private const int Limit = 200;
    private readonly List<Problem> _problems = [];

    public bool HasErrors { get; private set; }

    public void Add(string path, Place place, string message)
    {
        HasErrors = true;
        Append(new Problem(path, place.Line, place.Column, message));
    }

    public void Warn(string path, Place place, string message) =>
        Append(new Problem(path, place.Line, place.Column, message) { Warning = true });

    /// <summary>In order of place; one problem reached by several ways (an alias) is shown once.</summary>
    public IReadOnlyList<Problem> InOrder()
    {
        var different = _problems.DistinctBy(p => (p.Line, p.Column, p.Message));
        var ordered = different.OrderBy(p => p.Line).ThenBy(p => p.Column).ToList();
        if (ordered.Count > Limit) ordered[Limit] = new Problem("", 0, 0, $"only the first {Limit} problems are shown");
        return ordered.Count > Limit ? ordered[..(Limit + 1)] : ordered;
    }

    private void Append(Problem problem)
    {
        if (_problems.Count <= Limit * 10) _problems.Add(problem);
    }
}
