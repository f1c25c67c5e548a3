using System.Runtime.InteropServices;
using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Evaluating;
using Weir.Engine.DataTree.Schemas.Values;

namespace Weir.Engine.DataTree.Schemas.Keywords;

/// <summary><c>minimum</c>, <c>maximum</c> and their exclusive forms.</summary>
/// <param name="side">1 when larger numbers are wrong, -1 when smaller ones are.</param>
internal sealed class NumberLimit(string place, JsonElement limit, int side, bool exclusive) : Assertion(place)
{
    private readonly ExactNumber _limit = ExactNumber.Read(limit)!.Value;
    private readonly decimal? _short = Exact.TryReadShort(limit, out var number) ? number : null;
    private readonly string _text = limit.GetRawText();

    public override string Explain(JsonElement value) => (side, exclusive) switch
    {
        (> 0, false) => $"must be at most {_text}",
        (> 0, true) => $"must be less than {_text}",
        (_, false) => $"must be at least {_text}",
        _ => $"must be more than {_text}",
    };

    protected override bool Holds(Evaluation run, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number) return true;
        int order;
        if (_short is { } limit && Exact.TryReadShort(value, out var given)) order = given.CompareTo(limit);
        else if (Exact.Read(run, value) is { } number) order = number.ComparedTo(_limit);
        else return false;
        return exclusive ? order * side < 0 : order * side <= 0;
    }
}

/// <summary><c>multipleOf</c></summary>
internal sealed class MultipleOf(string place, JsonElement divisor) : Assertion(place)
{
    private readonly ExactNumber _divisor = ExactNumber.Read(divisor)!.Value;
    private readonly long? _whole = divisor.TryGetInt64(out var whole) ? whole : null;
    private readonly string _text = divisor.GetRawText();

    public override string Explain(JsonElement value) => $"must be a multiple of {_text}";

    protected override bool Holds(Evaluation run, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number) return true;
        if (_whole is { } divisor && value.TryGetInt64(out var whole)) return whole % divisor == 0;
        return Exact.Read(run, value) is { } number && number.IsMultipleOf(_divisor);
    }
}

/// <summary>Reads numbers of any length for as many steps as that takes.</summary>
internal static class Exact
{
    private const int MaxShort = 28;

    public static ExactNumber? Read(Evaluation run, JsonElement number)
    {
        var text = JsonMarshal.GetRawUtf8Value(number);
        return run.Charge(text.Length / 4) ? ExactNumber.Read(text) : null;
    }

    /// <summary>Numbers that a decimal holds without rounding, which are nearly all.</summary>
    public static bool TryReadShort(JsonElement number, out decimal value)
    {
        if (number.TryGetInt64(out var whole))
        {
            value = whole;
            return true;
        }

        value = 0;
        var text = JsonMarshal.GetRawUtf8Value(number);
        return text.Length <= MaxShort && !text.ContainsAny((byte)'e', (byte)'E') && number.TryGetDecimal(out value);
    }
}
