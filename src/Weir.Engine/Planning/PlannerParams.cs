using System.Collections.Immutable;
using System.Text.Json;
using Weir.Contracts.Problems;
using Weir.Engine.Definitions;
using Weir.Engine.Expressions;

namespace Weir.Engine.Planning;

/// <summary>Gives every parameter its value: from the run, or its default.</summary>
internal static class PlannerParams
{
    public static ImmutableSortedDictionary<string, JsonElement> Resolve(
        FlowDefinition flow, IReadOnlyDictionary<string, JsonElement> given, List<Problem> problems)
    {
        var known = flow.Params.Select(p => p.Name).ToList();
        foreach (var name in given.Keys.Where(name => !known.Contains(name)).Order(StringComparer.Ordinal))
            problems.Add(Wrong(name, $"the flow has no parameter `{name}`{Suggestion.DidYouMean(name, known)}"));
        var values = ImmutableSortedDictionary.CreateBuilder<string, JsonElement>(StringComparer.Ordinal);
        foreach (var param in flow.Params)
        {
            given.TryGetValue(param.Name, out var input);
            var value = input.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
                ? Convert(param, input, problems)
                : DefaultOf(param, problems);
            if (value is { } found) values[param.Name] = found;
        }

        return values.ToImmutable();
    }

    private static JsonElement? DefaultOf(ParamDefinition param, List<Problem> problems)
    {
        if (param.Default is null && param.Required)
            problems.Add(Wrong(param.Name, $"the parameter `{param.Name}` needs a value"));
        return param.Default;
    }

    private static JsonElement? Convert(ParamDefinition param, JsonElement input, List<Problem> problems)
    {
        if (input.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
        {
            var found = input.ValueKind == JsonValueKind.Array ? "a list" : "an object";
            problems.Add(Wrong(param.Name, $"expected a {param.Type}, found {found}"));
            return null;
        }

        var text = input.ValueKind == JsonValueKind.String ? input.GetString()! : input.GetRawText();
        var value = ParamTypes.Convert(param, text, out var problem);
        if (problem is not null) problems.Add(Wrong(param.Name, problem));
        return value;
    }

    private static Problem Wrong(string name, string message) => new($"params.{name}", 0, 0, message);
}
