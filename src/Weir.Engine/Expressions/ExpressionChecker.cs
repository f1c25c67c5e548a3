using System.Collections.Immutable;

namespace Weir.Engine.Expressions;

/// <summary>Finds what is wrong with an expression before anything runs.</summary>
internal sealed class ExpressionChecker(ExpressionNames names)
{
    private readonly List<ExpressionProblem> _problems = [];

    public static IReadOnlyList<ExpressionProblem> Check(ExpressionNode node, ExpressionNames names)
    {
        var checker = new ExpressionChecker(names);
        checker.Visit(node);
        return checker._problems;
    }

    private void Visit(ExpressionNode node)
    {
        switch (node)
        {
            case ExpressionNode.Path path:
                CheckPath(path.Segments);
                break;
            case ExpressionNode.Not not:
                Visit(not.Operand);
                break;
            case ExpressionNode.Binary binary:
                Visit(binary.Left);
                Visit(binary.Right);
                break;
            case ExpressionNode.Call call:
                CheckCall(call);
                foreach (var argument in call.Arguments) Visit(argument);
                break;
            default:
                break;
        }
    }

    private void CheckCall(ExpressionNode.Call call)
    {
        if (!ExpressionFunction.All.TryGetValue(call.Function, out var function))
            Report(
                call.Position,
                $"unknown function `{call.Function}`{Suggestion.DidYouMean(call.Function, ExpressionFunction.Names)}");
        else if (function.Parameters.Length != call.Arguments.Length)
            Report(call.Position, ExplainArguments(function, call.Arguments.Length));
    }

    private void CheckPath(ImmutableArray<PathSegment> path)
    {
        var root = path[0];
        switch (root.Name)
        {
            case ExpressionRoots.Params:
                if (RequireLength(path, 2, 2, "params.<name>")) CheckKnown(path[1], names.Params, "param");
                break;
            case ExpressionRoots.Run:
                if (RequireLength(path, 2, 2, "run.<field>"))
                    CheckKnown(path[1], names.RunFields, "field of `run`");
                break;
            case ExpressionRoots.Trigger:
                RequireLength(path, 2, int.MaxValue, "trigger.<field>");
                break;
            case ExpressionRoots.Matrix:
                if (names.Matrix.Count == 0)
                    Report(root.Position, "`matrix` is known only in a step that has one");
                else if (RequireLength(path, 2, 2, "matrix.<axis>")) CheckKnown(path[1], names.Matrix, "axis");
                break;
            case ExpressionRoots.Steps:
                CheckStep(path);
                break;
            default:
                Report(root.Position, ExplainRoot(root.Name));
                break;
        }
    }

    private void CheckStep(ImmutableArray<PathSegment> path)
    {
        if (names.NoSteps is { } reason)
        {
            Report(path[0].Position, $"steps are not known here: {reason}");
            return;
        }

        if (!RequireLength(path, 3, 4, "steps.<name>.status")) return;
        var step = path[1];
        if (names.Steps is not null && !names.Steps.ContainsKey(step.Name))
            Report(
                step.Position,
                $"there is no step `{step.Name}`{Suggestion.DidYouMean(step.Name, [.. names.Steps.Keys])}");
        else if (names.EndedSteps?.Contains(step.Name) == false)
        {
            Report(
                step.Position,
                $"step `{step.Name}` may not have ended when this is evaluated: "
                + "it must come before, or stand in `needs`");
        }

        CheckKnown(path[2], ExpressionRoots.StepFields, "field of a step");
        var isOutput = path[2].Name == "outputs";
        if (isOutput != (path.Length == 4))
            Report(
                path[2].Position,
                isOutput ? "write `steps.<name>.outputs.<output>`" : $"`{path[2].Name}` has no fields");
        else if (isOutput && names.MatrixSteps.Contains(step.Name))
            Report(path[2].Position, $"step `{step.Name}` has a matrix: each combination has outputs of its own");
        else if (isOutput && names.Steps?.GetValueOrDefault(step.Name) is { } outputs)
            CheckKnown(path[3], outputs, $"output of step `{step.Name}`");
    }

    private void CheckKnown(PathSegment segment, IReadOnlyCollection<string>? known, string what)
    {
        if (known is null || known.Contains(segment.Name)) return;
        Report(segment.Position, $"unknown {what} `{segment.Name}`{Suggestion.DidYouMean(segment.Name, known)}");
    }

    private bool RequireLength(ImmutableArray<PathSegment> path, int least, int most, string form)
    {
        if (path.Length >= least && path.Length <= most) return true;
        Report(path[0].Position, $"`{path[0].Name}` is used as `{form}`");
        return false;
    }

    private void Report(int position, string message) => _problems.Add(new ExpressionProblem(position, message));

    private static string ExplainArguments(ExpressionFunction function, int given)
    {
        var wanted = function.Parameters.Length == 0 ? "no" : $"{function.Parameters.Length}";
        return $"`{function.Name}` takes {wanted} arguments, not {given}: `{function.Signature}`";
    }

    private static string ExplainRoot(string name) =>
        name == "secrets" ? "secrets never stand in expressions: list them under `secrets`, they come as variables"
        : name == "env" ? "variables do not stand in expressions: use \"$NAME\" in the command"
        : ExpressionFunction.All.ContainsKey(name) ? $"`{name}` is a function: write `{name}()`"
        : Suggestion.Nearest(name, ExpressionRoots.All) is { } near ? $"unknown name `{name}`: did you mean `{near}`?"
        : $"unknown name `{name}`: texts stand in single quotes, and paths begin with "
            + string.Join(", ", ExpressionRoots.All);
}
