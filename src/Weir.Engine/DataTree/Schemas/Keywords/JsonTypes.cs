using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Values;

namespace Weir.Engine.DataTree.Schemas.Keywords;

/// <summary>A set of the seven types of JSON Schema.</summary>
internal readonly record struct JsonTypes(int Bits)
{
    private static readonly string[] Names = ["null", "boolean", "object", "array", "number", "string", "integer"];
    private const int Integer = 1 << 6;

    public static JsonTypes Of(IEnumerable<string> names) =>
        new(names.Aggregate(0, (bits, name) => bits | (1 << Array.IndexOf(Names, name))));

    public static string Name(JsonElement value) => Names[Index(value.ValueKind)];

    public bool Allow(JsonElement value)
    {
        if ((Bits & (1 << Index(value.ValueKind))) != 0) return true;
        return (Bits & Integer) != 0 && value.ValueKind == JsonValueKind.Number && IsWhole(value);
    }

    public string Describe()
    {
        var bits = Bits;
        return string.Join(" or ", Names.Where((_, i) => (bits & (1 << i)) != 0));
    }

    private static bool IsWhole(JsonElement number) =>
        number.TryGetInt64(out _) || ExactNumber.Read(number) is { IsWhole: true };

    private static int Index(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Null => 0,
        JsonValueKind.True or JsonValueKind.False => 1,
        JsonValueKind.Object => 2,
        JsonValueKind.Array => 3,
        JsonValueKind.Number => 4,
        _ => 5,
    };
}
