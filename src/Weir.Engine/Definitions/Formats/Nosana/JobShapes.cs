using System.Text.Json.Nodes;

namespace Weir.Engine.Definitions.Formats.Nosana;

/// <summary>Any value: its meaning is not looked at here.</summary>
internal sealed record AnyShape : Shape
{
    public override bool MayBeNothing => true;

    public override void Check(TreeValue value, string path, ProblemList problems)
    {
    }

    public override JsonObject ToSchema() => [];
}

/// <summary>The keys of a job definition of version 0.1, as strict as its official validator.</summary>
internal static class JobShapes
{
    private static readonly AnyShape Any = new();
    private static readonly TextShape Text = new() { MaxLength = 64 * 1024 };
    private static readonly BooleanShape Flag = new();

    public static ObjectShape Job { get; } = new(
        "a job definition",
        Key("version", new TextShape { Choices = ["0.1"] }, isRequired: true),
        Key("type", new TextShape { Choices = ["container"] }, isRequired: true),
        Key("ops", new ListShape(Any, FlowKeys.MaxSteps), isRequired: true),
        Key("logistics", Any), Key("deployment_id", Text), Key("meta", Any),
        Key("global", new ObjectShape(
            "defaults", Key("image", Text), Key("gpu", Flag), Key("entrypoint", Any), Key("env", Any),
            Key("work_dir", Text), Key("variables", Any))));

    public static ObjectShape Op { get; } = new(
        "an op",
        Key("type", new TextShape { Choices = ["container/run", "container/create-volume"] }, isRequired: true),
        Key("id", Text, isRequired: true), Key("args", Any, isRequired: true), Key("results", Any),
        Key("execution", new ObjectShape(
            "an execution", Key("group", Text), Key("depends_on", new ListShape(Text, FlowKeys.MaxSteps)),
            Key("stop_if_dependent_stops", Flag))));

    public static ObjectShape Run { get; } = new(
        "arguments of container/run",
        Key("image", Text, isRequired: true), Key("cmd", Any), Key("entrypoint", Any), Key("env", Any),
        Key("work_dir", Text), Key("gpu", Flag), Key("expose", Any), Key("health_checks", Any), Key("private", Flag),
        Key("aliases", Any), Key("volumes", Any), Key("resources", Any), Key("authentication", Any),
        Key("restart_policy", Any));

    public static ObjectShape Volume { get; } = new(
        "arguments of container/create-volume", Key("name", Text, isRequired: true));

    private static FlowKey Key(string name, Shape shape, bool isRequired = false) =>
        new(name, shape, "") { IsRequired = isRequired };
}
