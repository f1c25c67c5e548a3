using Weir.Engine.Expressions;

namespace Weir.Engine.Definitions.Formats;

/// <summary>Warns of every key of a foreign map that has no effect, so that none is passed over in silence.</summary>
internal sealed class ForeignKeys(params string[] known)
{
    /// <summary>Keys that mean something there but nothing here, with the reason.</summary>
    public Dictionary<string, string> WithoutEffect { get; init; } = [];

    public void Check(TreeMap map, string path, ProblemList problems)
    {
        foreach (var (key, _) in map.Entries)
        {
            if (known.Contains(key.Value)) continue;
            var why = WithoutEffect.TryGetValue(key.Value, out var reason) ? $"`{key.Value}` has no effect{reason}"
                : $"unknown key `{key.Value}` has no effect{Suggestion.DidYouMean(key.Value, known)}";
            problems.Warn(TreePath.Key(path, key.Value), key.Place, why);
        }
    }
}
