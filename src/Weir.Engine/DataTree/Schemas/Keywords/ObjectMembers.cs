using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Evaluating;
using Weir.Engine.DataTree.Schemas.Patterns;
using Weir.Engine.DataTree.Schemas.Values;

namespace Weir.Engine.DataTree.Schemas.Keywords;

/// <summary>What is said about one name in <c>properties</c> and <c>required</c>.</summary>
/// <param name="Required">Its position among the required names, or -1.</param>
internal sealed record NamedMember(string Name, SchemaNode? Schema, int Required);

/// <summary>An entry of <c>patternProperties</c>.</summary>
internal sealed record PatternMember(LinearPattern Pattern, SchemaNode Schema);

/// <summary>The parts of a schema that <see cref="ObjectMembers"/> is made of.</summary>
internal sealed record MemberRules(
    IReadOnlyList<NamedMember> Named, PatternMember[] Patterns, SchemaNode? Additional, SchemaNode? Names);

/// <summary>
/// <c>properties</c>, <c>patternProperties</c>, <c>additionalProperties</c>, <c>propertyNames</c> and <c>required</c>
/// in one pass over the members.
/// </summary>
/// <param name="place">The place of the schema that holds them.</param>
internal sealed class ObjectMembers(string place, MemberRules rules) : Keyword(place)
{
    private const int OnStack = 64;
    private const int StepsPerName = 8;

    private readonly NameTable<NamedMember> _named =
        new(rules.Named.Select(member => KeyValuePair.Create(member.Name, member)));

    private readonly NamedMember[] _required =
        [.. rules.Named.Where(member => member.Required >= 0).OrderBy(member => member.Required)];

    public override bool Check(Evaluation run, JsonElement value, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Object) return true;
        var present = _required.Length <= OnStack ? stackalloc bool[_required.Length] : new bool[_required.Length];
        var position = 0;
        var holds = true;
        foreach (var member in value.EnumerateObject())
        {
            if (!run.Charge(1)) return false;
            var known = _named.Find(member);
            if (known is { Required: >= 0 }) present[known.Required] = true;
            holds &= CheckMember(run, member, known?.Schema, out var matched);
            if (matched) evaluated?.Add(position);
            if (!holds && run.IsBrief) return false;
            position++;
        }

        return HasRequired(run, present) && holds;
    }

    private bool CheckMember(Evaluation run, JsonProperty member, SchemaNode? schema, out bool matched)
    {
        matched = schema is not null;
        var holds = schema is null || run.CheckMember(schema, member);
        foreach (var rule in rules.Patterns)
        {
            if (!run.Charge(rule.Pattern.Cost(member.Name.Length)) || !rule.Pattern.IsMatch(member.Name)) continue;
            matched = true;
            holds &= run.CheckMember(rule.Schema, member);
        }

        if (rules.Names is not null) holds &= HasGoodName(run, member, rules.Names);
        if (matched || rules.Additional is null) return holds;
        matched = true;
        if (rules.Additional.Verdict != false) return run.CheckMember(rules.Additional, member) && holds;
        return run.IsBrief ? false : run.Fail(Place + "/additionalProperties", $"has the unknown property `{member.Name}`{Meant(member)}");
    }

    private string Meant(JsonProperty member) =>
        Expressions.Suggestion.DidYouMean(member.Name, [.. rules.Named.Select(named => named.Name)]);

    private bool HasGoodName(Evaluation run, JsonProperty member, SchemaNode names)
    {
        var name = JsonName.AsValue(member.Name);
        if (run.Charge(StepsPerName) && run.CheckSilently(names, name, null)) return true;
        if (run.IsBrief) return false;
        var why = run.Explore(names, name) is [var first, ..] ? ": it " + first.Message : "";
        return run.Fail(Place + "/propertyNames", $"has a property with the bad name `{member.Name}`{why}");
    }

    private bool HasRequired(Evaluation run, ReadOnlySpan<bool> present)
    {
        if (!present.Contains(false)) return true;
        if (run.IsBrief) return false;
        for (var i = 0; i < present.Length; i++)
        {
            if (!present[i]) run.Fail(Place + "/required", $"must have the property `{_required[i].Name}`");
        }

        return false;
    }
}
