using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Weir.Contracts.Statuses;

namespace Weir.Engine.Expressions;

/// <summary>
/// Computes an expression's value. Paths that lead nowhere are null; after an error every value is null.
/// </summary>
internal sealed class Evaluator(ExpressionScope scope)
{
    public string? Error { get; private set; }

    public ExpressionValue Evaluate(ExpressionNode node) => node switch
    {
        ExpressionNode.Literal literal => literal.Value,
        ExpressionNode.Path path => Follow(path),
        ExpressionNode.Not not => ExpressionValue.Of(!Evaluate(not.Operand).IsTrue),
        ExpressionNode.Binary binary => Join(binary),
        ExpressionNode.Call call => Invoke(call),
        _ => throw new UnreachableException(),
    };

    private ExpressionValue Join(ExpressionNode.Binary node)
    {
        var left = Evaluate(node.Left);
        if (node.Operator == "&&") return left.IsTrue ? Evaluate(node.Right) : left;
        if (node.Operator == "||") return left.IsTrue ? left : Evaluate(node.Right);
        var right = Evaluate(node.Right);
        return node.Operator switch
        {
            "==" => ExpressionValue.Of(ExpressionValue.AreEqual(left, right)),
            "!=" => ExpressionValue.Of(!ExpressionValue.AreEqual(left, right)),
            _ => Order(node.Operator, left, right),
        };
    }

    private ExpressionValue Order(string op, ExpressionValue left, ExpressionValue right)
    {
        if (left.Kind == ValueKind.Null || right.Kind == ValueKind.Null) return ExpressionValue.Of(false);
        if (ExpressionValue.Compare(left, right) is not { } order)
            return Fail($"{Describe(left)} and {Describe(right)} cannot be compared with `{op}`");
        return ExpressionValue.Of(
            op switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 });
    }

    private ExpressionValue Invoke(ExpressionNode.Call call)
    {
        if (!ExpressionFunction.All.TryGetValue(call.Function, out var function))
            return Fail($"unknown function `{call.Function}`");
        if (function.Parameters.Length != call.Arguments.Length) return Fail($"call it as `{function.Signature}`");
        var values = new ExpressionValue[call.Arguments.Length];
        for (var i = 0; i < values.Length; i++) values[i] = Evaluate(call.Arguments[i]);
        return function.Invoke(scope, values);
    }

    private ExpressionValue Follow(ExpressionNode.Path path)
    {
        var segments = path.Segments.AsSpan();
        var key = segments.Length > 1 ? segments[1].Name : "";
        return segments[0].Name switch
        {
            ExpressionRoots.Params => Follow(scope.Params, key, segments),
            ExpressionRoots.Trigger => Follow(scope.Trigger, key, segments),
            ExpressionRoots.Matrix => ExpressionValue.Of(
                segments.Length == 2 ? scope.Matrix.GetValueOrDefault(key) : null),
            ExpressionRoots.Run => ExpressionValue.Of(segments.Length == 2 ? scope.Run.GetValueOrDefault(key) : null),
            ExpressionRoots.Steps => FollowStep(key, segments),
            _ => Fail($"unknown name `{segments[0].Name}`"),
        };
    }

    private static ExpressionValue Follow(
        IReadOnlyDictionary<string, JsonElement> values, string key, ReadOnlySpan<PathSegment> segments)
    {
        if (!values.TryGetValue(key, out var value)) return ExpressionValue.Null;
        for (var i = 2; i < segments.Length; i++)
        {
            var name = segments[i].Name;
            if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var property))
                value = property;
            else if (value.ValueKind == JsonValueKind.Array && TryIndex(name, value.GetArrayLength(), out var index))
                value = value[index];
            else return ExpressionValue.Null;
        }

        return ExpressionValue.Of(value);
    }

    private static bool TryIndex(string text, int count, out int index) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index) && index < count;

    private ExpressionValue FollowStep(string name, ReadOnlySpan<PathSegment> segments)
    {
        if (!scope.Steps.TryGetValue(name, out var facts) || segments.Length < 3) return ExpressionValue.Null;
        return (segments[2].Name, segments.Length) switch
        {
            ("status", 3) => ExpressionValue.Of(Spell(facts.Status)),
            ("exit_code", 3) => facts.ExitCode is { } code ? ExpressionValue.Of((decimal)code) : ExpressionValue.Null,
            ("outputs", 4) => ExpressionValue.Of(facts.Outputs.GetValueOrDefault(segments[3].Name)),
            _ => ExpressionValue.Null,
        };
    }

    private ExpressionValue Fail(string message)
    {
        Error ??= message;
        return ExpressionValue.Null;
    }

    private static string Spell(RunStatus status) => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());

    private static string Describe(ExpressionValue value) => value.Kind switch
    {
        ValueKind.Text => $"the text '{(value.Text.Length > 40 ? value.Text[..40] + "…" : value.Text)}'",
        ValueKind.Json => "a list or object",
        _ => value.Text,
    };
}
