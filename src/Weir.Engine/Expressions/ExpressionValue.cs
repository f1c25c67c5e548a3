using System.Globalization;
using System.Text.Json;

namespace Weir.Engine.Expressions;

internal enum ValueKind
{
    Null,
    Boolean,
    Number,
    Text,
    Json,
}

/// <summary>
/// What an expression can hold. Numbers are decimal, so that <c>1.10</c> and long ids keep their digits.
/// </summary>
internal readonly record struct ExpressionValue
{
    private const NumberStyles PlainNumber = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
    private readonly bool _boolean;
    private readonly string? _text;
    private readonly JsonElement _json;

    private ExpressionValue(
        ValueKind kind, bool boolean = false, decimal number = 0, string? text = null, JsonElement json = default)
    {
        Kind = kind;
        _boolean = boolean;
        Number = number;
        _text = text;
        _json = json;
    }

    public static ExpressionValue Null => default;

    public ValueKind Kind { get; }

    public decimal Number { get; }

    public JsonElement Json => _json;

    /// <summary>
    /// False for null, false, 0, the empty text and the text <c>false</c>: outputs of steps are always text.
    /// </summary>
    public bool IsTrue => Kind switch
    {
        ValueKind.Null => false,
        ValueKind.Boolean => _boolean,
        ValueKind.Number => Number != 0,
        ValueKind.Text => _text is not ("" or "false"),
        _ => true,
    };

    public string Text => Kind switch
    {
        ValueKind.Null => "",
        ValueKind.Boolean => _boolean ? "true" : "false",
        ValueKind.Number => Number.ToString(CultureInfo.InvariantCulture),
        ValueKind.Text => _text!,
        _ => _json.GetRawText(),
    };

    public static ExpressionValue Of(bool value) => new(ValueKind.Boolean, boolean: value);

    public static ExpressionValue Of(decimal value) => new(ValueKind.Number, number: value);

    public static ExpressionValue Of(string? value) => value is null ? Null : new(ValueKind.Text, text: value);

    public static ExpressionValue Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => Null,
        JsonValueKind.True => Of(true),
        JsonValueKind.False => Of(false),
        JsonValueKind.String => Of(value.GetString()),
        JsonValueKind.Number => value.TryGetDecimal(out var number) ? Of(number) : Of(value.GetRawText()),
        _ => new(ValueKind.Json, json: value),
    };

    /// <summary>A text equals the number or boolean that it spells; null equals only null.</summary>
    public static bool AreEqual(ExpressionValue left, ExpressionValue right)
    {
        if (left.Kind == ValueKind.Null || right.Kind == ValueKind.Null) return left.Kind == right.Kind;
        if (left.Kind == ValueKind.Number || right.Kind == ValueKind.Number)
            return left.TryNumber(out var a) && right.TryNumber(out var b) && a == b;
        return left.Text == right.Text;
    }

    /// <summary>Negative, zero or positive; null when the two have no order.</summary>
    public static int? Compare(ExpressionValue left, ExpressionValue right)
    {
        if (left.Kind == ValueKind.Text && right.Kind == ValueKind.Text)
            return string.CompareOrdinal(left._text, right._text);
        return left.TryNumber(out var a) && right.TryNumber(out var b) ? a.CompareTo(b) : null;
    }

    private bool TryNumber(out decimal number)
    {
        number = Number;
        return Kind == ValueKind.Number || (Kind == ValueKind.Text && TryParseNumber(_text!, out number));
    }

    public static bool TryParseNumber(string text, out decimal number) =>
        decimal.TryParse(text, PlainNumber, CultureInfo.InvariantCulture, out number);
}
