using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Evaluating;
using Weir.Engine.DataTree.Schemas.Formats;
using Weir.Engine.DataTree.Schemas.Patterns;

namespace Weir.Engine.DataTree.Schemas.Keywords;

/// <summary><c>pattern</c></summary>
internal sealed class PatternMatch(string place, LinearPattern pattern) : Assertion(place)
{
    private const int OnStack = 128;

    public override string Explain(JsonElement value) => $"must match the pattern {pattern}";

    protected override bool Holds(Evaluation run, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return true;
        var raw = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        if (!run.Charge(pattern.Cost(raw.Length))) return false;
        if (raw.Length > OnStack || raw.Contains((byte)'\\')) return pattern.IsMatch(value.GetString());
        Span<char> text = stackalloc char[OnStack];
        return pattern.IsMatch(text[..Encoding.UTF8.GetChars(raw, text)]);
    }
}

/// <summary><c>format</c> where it is asserted.</summary>
internal sealed class FormatMatch(string place, TextFormat format) : Assertion(place)
{
    public override string Explain(JsonElement value) => $"must be {format.Meaning}";

    protected override bool Holds(Evaluation run, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return true;
        var text = value.GetString()!;
        return run.Charge(text.Length / 4) && format.IsMatch(text);
    }
}
