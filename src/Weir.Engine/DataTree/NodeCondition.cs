using System.Globalization;
using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Patterns;

namespace Weir.Engine.DataTree;

/// <summary>How a field of a node is compared; written after two underscores: <c>data.size__gt=3</c>.</summary>
internal enum NodeOperator
{
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
    Re,
    In,
    Nin,
    Exists,
}

/// <summary>
/// One condition of a query. A number in a node is compared as a number, a text by its code points, and values of
/// different kinds are never equal nor in any order; what is not there equals <c>null</c>.
/// </summary>
/// <param name="Field">The way to the value: <c>data</c>, <c>arch</c>.</param>
/// <param name="Values">As written; several for <c>in</c> and <c>nin</c>.</param>
internal sealed record NodeCondition(IReadOnlyList<string> Field, NodeOperator Operator, IReadOnlyList<string> Values)
{
    private const string Null = "null";

    /// <summary>Of <see cref="NodeOperator.Re"/>.</summary>
    public LinearPattern? Pattern { get; init; }

    public bool Holds(JsonElement? value) => Operator switch
    {
        NodeOperator.Eq => IsEqual(value, Values[0]),
        NodeOperator.Ne => !IsEqual(value, Values[0]),
        NodeOperator.In => Values.Any(wanted => IsEqual(value, wanted)),
        NodeOperator.Nin => !Values.Any(wanted => IsEqual(value, wanted)),
        NodeOperator.Exists => (value is not null) == (Values[0] == "true"),
        NodeOperator.Re => value is { ValueKind: JsonValueKind.String } && Pattern!.IsMatch(value.Value.GetString()!),
        NodeOperator.Lt => Order(value) is < 0,
        NodeOperator.Lte => Order(value) is <= 0,
        NodeOperator.Gt => Order(value) is > 0,
        _ => Order(value) is >= 0,
    };

    private static bool IsEqual(JsonElement? value, string wanted) => value?.ValueKind switch
    {
        null or JsonValueKind.Null => wanted == Null,
        JsonValueKind.True => wanted == "true",
        JsonValueKind.False => wanted == "false",
        JsonValueKind.Number => TryNumber(wanted, out var number) && NumberOf(value.Value) == number,
        JsonValueKind.String => value.Value.ValueEquals(wanted),
        _ => false,
    };

    /// <summary>Null when the two cannot be ordered.</summary>
    private int? Order(JsonElement? value) => value?.ValueKind switch
    {
        JsonValueKind.Number when TryNumber(Values[0], out var number) => NumberOf(value.Value).CompareTo(number),
        JsonValueKind.String => string.CompareOrdinal(value.Value.GetString(), Values[0]),
        _ => null,
    };

    // Beyond the range of a decimal a double is exact enough to order by.
    private static decimal NumberOf(JsonElement value) =>
        value.TryGetDecimal(out var exact) ? exact : value.GetDouble() > 0 ? decimal.MaxValue : decimal.MinValue;

    private static bool TryNumber(string text, out decimal number) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
