using Weir.Contracts.Problems;

namespace Weir.Engine.Definitions;

/// <summary>Gathers what is wrong with an input; bounded.</summary>
internal sealed class ProblemList
{
    private const int Limit = 200;
    private readonly List<Problem> _problems = [];

    public bool HasErrors { get; private set; }

    /// <summary>From the place in what was read to the place in what was given, where the two differ.</summary>
    public Func<Place, Place>? Relocate { get; set; }

    public void Add(string path, Place place, string message)
    {
        HasErrors = true;
        Append(path, place, message, isWarning: false);
    }

    public void Warn(string path, Place place, string message) =>
        Append(path, place, message, isWarning: true);

    /// <summary>In order of place; one problem reached by several ways (an alias) is shown once.</summary>
    public IReadOnlyList<Problem> InOrder()
    {
        var different = _problems.DistinctBy(p => (p.Line, p.Column, p.Message));
        var ordered = different.OrderBy(p => p.Line).ThenBy(p => p.Column).ToList();
        if (ordered.Count > Limit) ordered[Limit] = new Problem("", 0, 0, $"only the first {Limit} problems are shown");
        return ordered.Count > Limit ? ordered[..(Limit + 1)] : ordered;
    }

    private void Append(string path, Place place, string message, bool isWarning)
    {
        if (_problems.Count > Limit * 10) return;
        var (line, column) = Relocate?.Invoke(place) ?? place;
        _problems.Add(new Problem(path, line, column, message) { Warning = isWarning });
    }
}
