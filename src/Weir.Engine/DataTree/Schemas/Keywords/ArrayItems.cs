using System.Globalization;
using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Evaluating;
using Weir.Engine.DataTree.Schemas.Values;

namespace Weir.Engine.DataTree.Schemas.Keywords;

/// <summary><c>prefixItems</c> and <c>items</c>.</summary>
internal sealed class ArrayItems(string place, SchemaNode[] prefix, SchemaNode? rest) : Keyword(place)
{
    public override bool Check(Evaluation run, JsonElement value, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Array) return true;
        var holds = true;
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if ((index < prefix.Length ? prefix[index] : rest) is not { } schema) break;
            evaluated?.Add(index);
            holds &= run.CheckItem(schema, item, index);
            if (!holds && run.IsBrief) return false;
            index++;
        }

        return holds;
    }
}

/// <summary><c>contains</c> with <c>minContains</c> and <c>maxContains</c>.</summary>
internal sealed class Contains(string place, SchemaNode schema, ItemCount? least, ItemCount? most) : Keyword(place)
{
    public override bool Check(Evaluation run, JsonElement value, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Array) return true;
        var (index, found) = (0, 0);
        foreach (var item in value.EnumerateArray())
        {
            if (!run.Charge(1)) return false;
            if (run.CheckSilently(schema, item, null))
            {
                found++;
                evaluated?.Add(index);
            }

            index++;
        }

        var minimum = least?.Limit ?? 1;
        if (found < minimum) return run.IsBrief ? false : run.Fail(least?.Place ?? Place, Explain("at least", minimum, found));
        if (most is null || found <= most.Limit) return true;
        return run.IsBrief ? false : run.Fail(most.Place, Explain("at most", most.Limit, found));
    }

    private static string Explain(string bound, long limit, int found) => string.Create(
        CultureInfo.InvariantCulture, $"must hold {bound} {limit} items that match the schema in `contains`, holds {found}");
}

/// <summary>A limit on a number of items with the place where it stands.</summary>
internal sealed record ItemCount(string Place, long Limit);

/// <summary><c>uniqueItems: true</c></summary>
internal sealed class UniqueItems(string place) : Keyword(place)
{
    public override bool Check(Evaluation run, JsonElement value, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Array) return true;
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var key = CanonicalJson.Of(item);
            if (!run.Charge(1 + (key.Length / 16))) return false;
            if (!seen.TryAdd(key, index)) return run.IsBrief ? false : run.Fail(Place, Explain(seen[key], index));
            index++;
        }

        return true;
    }

    private static string Explain(int first, int second) => string.Create(
        CultureInfo.InvariantCulture, $"must hold no item twice: items {first} and {second} are equal");
}
