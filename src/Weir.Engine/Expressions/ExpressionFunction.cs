using System.Collections.Immutable;
using System.Text.Json;

namespace Weir.Engine.Expressions;

/// <summary>The functions that expressions may call.</summary>
internal sealed record ExpressionFunction(
    string Name, string[] Parameters, Func<ExpressionScope, ExpressionValue[], ExpressionValue> Invoke)
{
    private static readonly ExpressionFunction[] List =
    [
        new("success", [], static (scope, _) => ExpressionValue.Of(!scope.Failed && !scope.Cancelled)),
        new("failure", [], static (scope, _) => ExpressionValue.Of(scope.Failed)),
        new("always", [], static (_, _) => ExpressionValue.Of(true)),
        new("cancelled", [], static (scope, _) => ExpressionValue.Of(scope.Cancelled)),
        new("contains", ["text or list", "part"], static (_, values) =>
            ExpressionValue.Of(Contains(values[0], values[1]))),
        new("starts_with", ["text", "part"], static (_, values) =>
            ExpressionValue.Of(values[0].Text.StartsWith(values[1].Text, StringComparison.Ordinal))),
        new("ends_with", ["text", "part"], static (_, values) =>
            ExpressionValue.Of(values[0].Text.EndsWith(values[1].Text, StringComparison.Ordinal))),
    ];

    public static ImmutableSortedDictionary<string, ExpressionFunction> All { get; } =
        List.ToImmutableSortedDictionary(f => f.Name, f => f, StringComparer.Ordinal);

    public static ImmutableArray<string> Names { get; } = [.. All.Keys];

    public string Signature => $"{Name}({string.Join(", ", Parameters)})";

    private static bool Contains(ExpressionValue whole, ExpressionValue part)
    {
        if (whole.Kind == ValueKind.Json && whole.Json.ValueKind == JsonValueKind.Array)
            return whole.Json.EnumerateArray().Any(item => ExpressionValue.AreEqual(ExpressionValue.Of(item), part));
        return whole.Text.Contains(part.Text, StringComparison.Ordinal);
    }
}
