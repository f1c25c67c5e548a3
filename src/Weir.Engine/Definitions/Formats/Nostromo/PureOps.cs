using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Weir.Engine.Definitions.Formats.Nostromo;

/// <summary>
/// The ops that only compute. They are worked out while the file is read: nothing they know comes from a run, but for
/// the run's own id, which stays a template.
/// </summary>
internal static class PureOps
{
    public static readonly string[] Names =
    [
        "get", "get-in", "assoc", "str", "concat", "vec", "data", "count", "json-decode", "uuid", "flow-id", "when",
        "fx",
    ];

    /// <summary>A value, or why there is none.</summary>
    public static (TreeValue? Value, string? Mistake) Evaluate(string op, ImmutableArray<TreeValue> args, Place place)
    {
        if (args.Any(a => a is SecretValue)) return (null, "a secret can only be the value of an environment variable");
        return op switch
        {
            "data" or "fx" => args.Length == 1 ? (args[0], null) : (Native.List(args, place), null),
            "vec" => (Native.List(args, place), null),
            "uuid" or "flow-id" => (new TemplateValue("${{ run.id }}", place), null),
            "get" when args.Length is 2 or 3 => (Look(args[0], args[1]) ?? Otherwise(args, place), null),
            "get-in" when args is [var whole, TreeList keys, ..] =>
                (LookDown(whole, keys) ?? Otherwise(args, place), null),
            "assoc" when args.Length % 2 == 1 => Assoc(args, place),
            "concat" => Concat(args, place),
            "count" when args.Length == 1 => Count(args[0], place),
            "json-decode" when args is [TreeText text] => Decode(text),
            "when" when args.Length >= 2 => (IsTrue(args[0]) ? args[^1] : Nil(place), null),
            _ => (null, $"`{op}` does not take these arguments"),
        };
    }

    private static TreeText Nil(Place place) => Native.Bare("null", place);

    private static TreeValue Otherwise(ImmutableArray<TreeValue> args, Place place) =>
        args.Length > 2 ? args[2] : Nil(place);

    private static bool IsTrue(TreeValue value) =>
        value is not TreeText { IsNull: true } and not TreeText { Boolean: false };

    private static TreeValue? Look(TreeValue whole, TreeValue key) => (whole, key) switch
    {
        (TreeMap map, TreeText name) => map[name.Value],
        (TreeList list, TreeText number) when number.AsWhole() is >= 0 and var i && i < list.Items.Length =>
            list.Items[i],
        _ => null,
    };

    private static TreeValue? LookDown(TreeValue whole, TreeList keys)
    {
        TreeValue? at = whole;
        foreach (var key in keys.Items) at = at is null ? null : Look(at, key);
        return at;
    }

    private static (TreeValue?, string?) Assoc(ImmutableArray<TreeValue> args, Place place)
    {
        var entries = args[0] is TreeMap map ? map.Entries.ToDictionary(e => e.Key.Value)
            : args[0] is TreeText { IsNull: true } ? []
            : null;
        if (entries is null) return (null, $"`assoc` takes a map, found {args[0].Description}");
        for (var i = 1; i < args.Length; i += 2)
        {
            if (args[i] is not TreeText key) return (null, $"`assoc` takes a name, found {args[i].Description}");
            entries[key.Value] = new TreeEntry(key, args[i + 1]);
        }

        return (new TreeMap([.. entries.Values], place), null);
    }

    private static (TreeValue?, string?) Concat(ImmutableArray<TreeValue> args, Place place)
    {
        var odd = args.FirstOrDefault(a => a is not TreeList and not TreeText { IsNull: true });
        return odd is null
            ? (Native.List(args.OfType<TreeList>().SelectMany(list => list.Items), place), null)
            : (null, $"`concat` takes lists, found {odd.Description}");
    }

    private static (TreeValue?, string?) Count(TreeValue value, Place place)
    {
        int? count = value switch
        {
            TreeList list => list.Items.Length,
            TreeMap map => map.Entries.Length,
            TreeText { IsNull: true } => 0,
            TreeText { Plain: false } text => text.Value.Length,
            _ => null,
        };
        return count is { } number
            ? (Native.Bare(number.ToString(CultureInfo.InvariantCulture), place), null)
            : (null, $"`count` takes a list, a map or a text, found {value.Description}");
    }

    private static (TreeValue?, string?) Decode(TreeText text)
    {
        try
        {
            using var json = JsonDocument.Parse(
                text.Value, new JsonDocumentOptions { MaxDepth = YamlTreeReader.MaxDepth });
            return (ValueOf(json.RootElement, text.Place), null);
        }
        catch (JsonException)
        {
            return (null, "`json-decode` takes JSON, and this is none");
        }
    }

    private static TreeValue ValueOf(JsonElement json, Place place) => json.ValueKind switch
    {
        JsonValueKind.Object => new TreeMap(
            [
                .. json.EnumerateObject().DistinctBy(m => m.Name)
                    .Select(m => new TreeEntry(Native.Text(m.Name, place), ValueOf(m.Value, place))),
            ], place),
        JsonValueKind.Array => Native.List(json.EnumerateArray().Select(item => ValueOf(item, place)), place),
        JsonValueKind.String => Native.Text(json.GetString()!, place),
        _ => Native.Bare(json.GetRawText(), place),
    };
}
