using System.Collections.Frozen;
using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Evaluating;
using Weir.Engine.DataTree.Schemas.Values;

namespace Weir.Engine.DataTree.Schemas.Keywords;

/// <summary><c>type</c></summary>
internal sealed class TypeOf(string place, JsonTypes types) : Assertion(place)
{
    public override string Explain(JsonElement value) => $"must be {types.Describe()}, is {JsonTypes.Name(value)}";

    protected override bool Holds(Evaluation run, JsonElement value) => types.Allow(value);
}

/// <summary><c>enum</c>, and <c>const</c> as an enumeration of one.</summary>
internal sealed class Enumeration : Assertion
{
    private const int MaxShown = 8;
    private const int MaxShownLength = 120;

    private readonly NameTable<string> _texts;
    private readonly FrozenSet<string> _others;
    private readonly string _shown;

    public Enumeration(string place, IReadOnlyList<JsonElement> values) : base(place)
    {
        var texts = values.Where(IsText).Select(value => value.GetString()!).Distinct();
        _texts = new NameTable<string>(texts.Select(text => KeyValuePair.Create(text, text)));
        _others = values.Where(value => !IsText(value)).Select(CanonicalJson.Of).ToFrozenSet(StringComparer.Ordinal);
        _shown = string.Join(", ", values.Take(MaxShown).Select(Short)) + (values.Count > MaxShown ? ", …" : "");
        Single = values.Count == 1;
    }

    private bool Single { get; }

    public override string Explain(JsonElement value) => $"must be {(Single ? "" : "one of ")}{_shown}";

    protected override bool Holds(Evaluation run, JsonElement value)
    {
        if (IsText(value)) return _texts.Find(value) is not null;
        if (_others.Count == 0) return false;
        var key = CanonicalJson.Of(value);
        return run.Charge(key.Length / 16) && _others.Contains(key);
    }

    private static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String;

    private static string Short(JsonElement value)
    {
        var raw = value.GetRawText();
        return raw.Length <= MaxShownLength ? raw : raw[..MaxShownLength] + "…";
    }
}
