namespace Weir.Engine.DataTree.Schemas.Evaluating;

/// <summary>Which members or items of one value its schemas have looked at, by their position.</summary>
internal sealed class Evaluated
{
    private readonly HashSet<int> _positions = [];
    private bool _all;

    public bool Has(int position) => _all || _positions.Contains(position);

    public void Add(int position) => _positions.Add(position);

    public void AddAll() => _all = true;

    public void Merge(Evaluated other)
    {
        _all |= other._all;
        _positions.UnionWith(other._positions);
    }
}
