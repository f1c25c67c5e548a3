namespace Weir.Engine.Expressions;

/// <summary>The first names of paths, and the fixed names below them.</summary>
internal static class ExpressionRoots
{
    public const string Params = "params";
    public const string Trigger = "trigger";
    public const string Run = "run";
    public const string Steps = "steps";
    public const string Matrix = "matrix";

    public static readonly string[] All = [Params, Trigger, Run, Steps, Matrix];
    public static readonly string[] RunFields = ["id", "number", "handle", "flow", "namespace", "trigger"];
    public static readonly string[] StepFields = ["status", "exit_code", "outputs"];
}
