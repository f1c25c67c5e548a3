using Weir.Contracts.Problems;
using Weir.Engine.Expressions;
using Weir.Engine.Running;

namespace Weir.Engine.Concurrency;

/// <summary>The group that a run is in, with the expressions of its name resolved.</summary>
internal static class GroupName
{
    public const int MaxLength = 200;

    /// <summary>What is known of a run before it is stored.</summary>
    public static readonly string[] RunFields = ["id", "flow", "namespace", "trigger"];

    public static (string? Group, Problem? Problem) Of(RunState run)
    {
        if (run.Plan.Concurrency is not { } rule) return (null, null);
        var name = Template.Resolve(rule.Group, Scopes.ForRun(run));
        if (name.Error is { } error) return (null, Wrong(error));
        if (string.IsNullOrWhiteSpace(name.Text)) return (null, Wrong($"`{rule.Group}` is empty in this run"));
        if (name.Text.Length > MaxLength) return (null, Wrong($"the name is longer than {MaxLength} characters"));
        return name.Text.Any(char.IsControl)
            ? (null, Wrong("the name holds a control character"))
            : (name.Text, null);
    }

    private static Problem Wrong(string message) => new("concurrency.group", 0, 0, message);
}
