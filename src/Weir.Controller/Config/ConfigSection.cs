using System.Collections.Immutable;
using System.Globalization;
using Weir.Contracts.Text;
using Weir.Engine.Definitions;
using Weir.Engine.Expressions;

namespace Weir.Controller.Config;

/// <summary>
/// One map of the config. Keys are asked for by name; those that nobody asked for are mistakes. Every problem goes to
/// the list with its place.
/// </summary>
internal sealed class ConfigSection(TreeMap? map, string path, ConfigSources sources, ProblemList problems)
{
    private readonly List<string> _known = [];

    public bool IsGiven => map is not null;

    public Place Place => map?.Place ?? default;

    public void Wrong(string key, string message) => problems.Add(TreePath.Key(path, key), PlaceOf(key), message);

    public void Warn(string key, string message) => problems.Warn(TreePath.Key(path, key), PlaceOf(key), message);

    /// <summary>Null when it is not said or empty.</summary>
    public string? Text(string key)
    {
        var value = Find(key);
        var keyPath = TreePath.Key(path, key);
        if (sources.Override(keyPath) is { } over) return over;
        switch (value)
        {
            case null or TreeText { IsNull: true }:
                return null;
            case TreeText text:
                return Variables.Expand(text, keyPath, sources.Environment, problems) is { Length: > 0 } expanded
                    ? expanded
                    : null;
            default:
                Wrong(key, $"expected a text, found {value.Description}");
                return null;
        }
    }

    public string? Choice(string key, params ReadOnlySpan<string> choices)
    {
        if (Text(key) is not { } text) return null;
        if (choices.Contains(text.ToLowerInvariant())) return text.ToLowerInvariant();
        var known = choices.ToArray();
        Wrong(key, $"expected one of {string.Join(", ", known)}, found `{text}`{Suggestion.DidYouMean(text, known)}");
        return null;
    }

    public bool? Flag(string key)
    {
        if (Text(key) is not { } text) return null;
        if (bool.TryParse(text, out var value)) return value;
        Wrong(key, $"expected true or false, found `{text}`");
        return null;
    }

    public int? Whole(string key, int smallest, int largest)
    {
        if (Text(key) is not { } text) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= smallest
            && value <= largest)
            return value;
        Wrong(key, $"expected a whole number from {smallest} to {largest}, found `{text}`");
        return null;
    }

    /// <summary>Seconds as a number (<c>10.0</c>), or a duration (<c>10s</c>).</summary>
    public TimeSpan? Seconds(string key, TimeSpan smallest, TimeSpan largest)
    {
        if (Text(key) is not { } text) return null;
        var isNumber = double.TryParse(
            text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds);
        var value = isNumber && seconds < TimeSpan.MaxValue.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.MinValue;
        if (!isNumber && !Duration.TryParse(text, out value)) value = TimeSpan.MinValue;
        if (value >= smallest && value <= largest) return value;
        Wrong(key, $"expected seconds or a duration from {Duration.Format(smallest)} to {Duration.Format(largest)}, found `{text}`");
        return null;
    }

    public ConfigSection Section(string key)
    {
        var value = Find(key);
        if (value is not (null or TreeMap or TreeText { IsNull: true }))
            Wrong(key, $"expected a map, found {value.Description}");
        return new ConfigSection(value as TreeMap, TreePath.Key(path, key), sources, problems);
    }

    public IReadOnlyList<ConfigSection> Sections(string key)
    {
        var sections = new List<ConfigSection>();
        foreach (var (index, item) in Items(key).Index())
        {
            var itemPath = TreePath.Item(TreePath.Key(path, key), index);
            if (item is TreeMap itemMap) sections.Add(new ConfigSection(itemMap, itemPath, sources, problems));
            else problems.Add(itemPath, item.Place, $"expected a map, found {item.Description}");
        }

        return sections;
    }

    public IReadOnlyList<string> Texts(string key)
    {
        if (sources.Override(TreePath.Key(path, key)) is { } given)
        {
            _known.Add(key);
            return [given];
        }

        var texts = new List<string>();
        foreach (var (index, item) in Items(key).Index())
        {
            var itemPath = TreePath.Item(TreePath.Key(path, key), index);
            if (item is TreeText text) texts.Add(Variables.Expand(text, itemPath, sources.Environment, problems) ?? "");
            else problems.Add(itemPath, item.Place, $"expected a text, found {item.Description}");
        }

        return texts;
    }

    public IReadOnlyDictionary<string, string> Map(string key)
    {
        var found = new Dictionary<string, string>();
        var section = Section(key);
        foreach (var name in section.Keys)
        {
            if (section.Text(name) is { } value) found[name] = value;
        }

        return found;
    }

    /// <summary>Accepts a key of a later part, and says so when it is given.</summary>
    public void Later(string key)
    {
        if (Find(key) is not null) Warn(key, $"`{key}` is not in use yet: this version of Weir passes over it");
    }

    /// <summary>After everything was asked for.</summary>
    public void End()
    {
        foreach (var entry in map?.Entries ?? [])
        {
            var key = entry.Key.Value;
            if (!_known.Contains(key))
                problems.Add(
                    TreePath.Key(path, key), entry.Key.Place,
                    $"unknown key `{key}`{Suggestion.DidYouMean(key, _known)}");
        }
    }

    public bool IsMap(string key) => map?[key] is TreeMap;

    public IEnumerable<string> Keys => map?.Entries.Select(entry => entry.Key.Value) ?? [];

    private ImmutableArray<TreeValue> Items(string key) => Find(key) switch
    {
        null or TreeText { IsNull: true } => [],
        TreeList list => list.Items,
        var single => [single],
    };

    private TreeValue? Find(string key)
    {
        _known.Add(key);
        return map?[key];
    }

    private Place PlaceOf(string key) =>
        sources.Override(TreePath.Key(path, key)) is not null ? default : map?[key]?.Place ?? Place;
}
