using System.Text.Json.Nodes;
using Weir.Engine.Expressions;

namespace Weir.Engine.Definitions;

/// <summary>A key of the flow file, with the words that the published schema says about it.</summary>
internal sealed record FlowKey(string Name, Shape Shape, string Description)
{
    public bool IsRequired { get; init; }
}

/// <summary>A map with known keys; anything else is a mistake.</summary>
internal sealed record ObjectShape(string Noun, params FlowKey[] Keys) : Shape
{
    /// <summary>Begins keys that are for the author only: a place for anchors.</summary>
    public const string ExtensionPrefix = "x-";

    /// <summary>Keys that are known but have no effect in this version: an error that says so.</summary>
    public string[] Later { get; init; } = [];

    /// <summary>Exactly one of these keys must be there.</summary>
    public string[] OneOf { get; init; } = [];

    /// <summary>A short form that may stand instead of the map.</summary>
    public Shape? Short { get; init; }

    public bool AllowsExtensions { get; init; }

    /// <summary>Keys beside the known ones that the user chooses; null = there are none.</summary>
    public MapShape? Others { get; init; }

    public override void Check(TreeValue value, string path, ProblemList problems)
    {
        if (value is TreeMap map) CheckMap(map, path, problems);
        else if (Short is not null && value is TreeText) Short.Check(value, path, problems);
        else problems.Add(path, value.Place, $"expected {Noun}, found {value.Description}");
    }

    public override JsonObject ToSchema()
    {
        var properties = new JsonObject();
        foreach (var key in Keys)
        {
            var property = key.Shape.ToSchema();
            property["description"] = key.Description;
            properties[key.Name] = property;
        }

        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["additionalProperties"] = Others is null ? false : Others.Value.ToSchema(),
        };
        if (Others is not null)
        {
            schema["propertyNames"] = new JsonObject { ["pattern"] = Others.KeyFormat.Pattern };
            schema["maxProperties"] = Keys.Length + Others.Max;
        }

        if (Keys.Any(k => k.IsRequired)) schema["required"] = Words(Keys.Where(k => k.IsRequired).Select(k => k.Name));
        if (OneOf.Length > 0)
            schema["oneOf"] = new JsonArray([.. OneOf.Select(k => new JsonObject { ["required"] = Words([k]) })]);
        if (AllowsExtensions)
            schema["patternProperties"] = new JsonObject { ["^" + ExtensionPrefix] = new JsonObject() };
        return Short is null ? schema : new() { ["anyOf"] = new JsonArray(Short.ToSchema(), schema) };
    }

    private void CheckMap(TreeMap map, string path, ProblemList problems)
    {
        var meant = new HashSet<string>();
        foreach (var (key, value) in map.Entries)
        {
            var keyPath = TreePath.Key(path, key.Value);
            if (Array.Find(Keys, k => k.Name == key.Value) is { } known)
            {
                if (!known.Shape.MayBeNothing || value is not TreeText { IsNull: true })
                    known.Shape.Check(value, keyPath, problems);
            }
            else if (Later.Contains(key.Value))
            {
                problems.Add(keyPath, key.Place, $"`{key.Value}` is not supported yet by this version of Weir");
            }
            else if (Others is not null)
            {
                CheckOther(key, value, keyPath, problems);
            }
            else if (!AllowsExtensions || !key.Value.StartsWith(ExtensionPrefix, StringComparison.Ordinal))
            {
                problems.Add(keyPath, key.Place, $"unknown key `{key.Value}`{Suggestion.DidYouMean(key.Value, Names)}");
                if (Suggestion.Nearest(key.Value, Names) is { } near) meant.Add(near);
            }
        }

        var others = map.Entries.Count(e => Keys.All(k => k.Name != e.Key.Value));
        if (Others is not null && others > Others.Max)
            problems.Add(path, map.Place, $"{Noun} takes at most {Others.Max} keys of your own, found {others}");

        // A key that is only misspelt is not missing as well.
        foreach (var key in Keys.Where(k => k.IsRequired && map[k.Name] is null && !meant.Contains(k.Name)))
            problems.Add(path, map.Place, $"{Noun} needs the key `{key.Name}`");
        CheckOneOf(map, path, meant, problems);
    }

    private void CheckOneOf(TreeMap map, string path, HashSet<string> meant, ProblemList problems)
    {
        var given = OneOf.Where(key => map[key] is not null || meant.Contains(key)).ToList();
        var all = string.Join(" or ", OneOf.Select(key => $"`{key}`"));
        if (given.Count == 0 && OneOf.Length > 0) problems.Add(path, map.Place, $"{Noun} needs the key {all}");
        if (given.Count < 2) return;
        var second = map.Entries.LastOrDefault(e => given.Contains(e.Key.Value))?.Key ?? map.Entries[0].Key;
        problems.Add(TreePath.Key(path, second.Value), second.Place, $"{Noun} has either {all}, not both");
    }

    private void CheckOther(TreeText key, TreeValue value, string path, ProblemList problems)
    {
        if (value is not TreeList && Suggestion.Nearest(key.Value, Names) is { } near)
        {
            problems.Add(path, key.Place, $"unknown key `{key.Value}`: did you mean `{near}`?");
            return;
        }

        if (Others!.KeyFormat.Check(key.Value) is { } problem) problems.Add(path, key.Place, problem);
        Others.Value.Check(value, path, problems);
    }

    private string[] Names => [.. Keys.Select(k => k.Name), .. Later];
}
