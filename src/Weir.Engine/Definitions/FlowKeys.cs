using Weir.Engine.Concurrency;

namespace Weir.Engine.Definitions;

/// <summary>Every key of the flow file: the one table behind the reader and the published schema.</summary>
internal static class FlowKeys
{
    public const int MaxSteps = 500;
    public const int MaxCommands = 100;
    private const int MaxValueLength = 64 * 1024;
    private static readonly TextShape Command = new() { Format = TextFormat.Command, MaxLength = MaxValueLength };
    private static readonly TextShape Name = new() { Format = TextFormat.Name };
    private static readonly TextShape Words = new() { MaxLength = 4096 };
    private static readonly TextShape Image = new() { Format = TextFormat.Image, IsTemplate = true };
    private static readonly TextShape Duration = new() { Format = TextFormat.Duration };
    private static readonly TextShape DurationOrZero = new() { Format = TextFormat.DurationOrZero };
    private static readonly TextShape Path = new() { Format = TextFormat.WorkspaceFile, IsTemplate = true };
    private static readonly TextShape ArtifactName = new() { Format = TextFormat.ArtifactName, IsTemplate = true };
    private static readonly TextShape Runtime = new() { Choices = ["process", "docker", "fake"] };
    private static readonly TextShape Pull = new() { Choices = ["if-missing", "always", "never"] };
    private static readonly BooleanShape Boolean = new();
    private static readonly ListShape Secrets = new(new TextShape { Format = TextFormat.EnvName }, 50);
    private static readonly TextShape Question =
        new() { Format = TextFormat.NotBlank, IsTemplate = true, MaxLength = 4096 };
    private static readonly TextShape Group =
        new() { Format = TextFormat.NotBlank, IsTemplate = true, MaxLength = GroupName.MaxLength };
    private static readonly TextShape MatrixText = new() { Format = TextFormat.MatrixValue, MaxLength = 128 };
    private static readonly MapShape MatrixCell =
        new(TextFormat.Identifier, MatrixText, 2 * MatrixDefinition.MaxAxes);
    private static readonly MapShape Env =
        new(TextFormat.EnvName, new TextShape { IsTemplate = true, MaxLength = MaxValueLength }, 200);

    public static ObjectShape Param { get; } = new(
        "a parameter",
        new FlowKey(
            "type", new TextShape { Choices = ParamTypes.All }, "string (the default), number, boolean or choice."),
        new FlowKey("default", new TextShape { MaxLength = MaxValueLength }, "The value when a run gives none."),
        new FlowKey("description", Words, "What it is for; shown in forms."),
        new FlowKey(
            "choices", new ListShape(new TextShape(), 100, Min: 1), "The values to choose from; only for type choice."),
        new FlowKey("required", Boolean, "Whether a run must give a value when there is no default."))
    {
        Short = new TextShape { MaxLength = MaxValueLength },
    };

    public static ObjectShape Source { get; } = new(
        "a source",
        new FlowKey("git", GitUrl, "Address of the repository: a URL or a local path. Template.") { IsRequired = true },
        new FlowKey(
            "ref",
            new TextShape { IsTemplate = true },
            "Branch, tag or commit; without it the repository's own HEAD. Template."),
        new FlowKey(
            "depth", new NumberShape(1, 1_000_000, Whole: true), "Number of commits to fetch; without it all of them."),
        new FlowKey("image", Image, "Image of the step `checkout`; without it the flow's. It must hold git."),
        new FlowKey(
            "path", Path, "Folder of the workspace to check out into; without it the workspace itself. Template."))
    {
        Short = GitUrl,
    };

    public static ObjectShape Retry { get; } = new(
        "a rule for retries",
        new FlowKey("attempts", new NumberShape(1, 100, Whole: true), "Attempts in all, the first included."),
        new FlowKey(
            "on",
            new ListShape(new TextShape { Choices = ["exit", "timeout", "infrastructure"] }, 3, Min: 1),
            "The failures that are tried again; without it all of them."),
        new FlowKey(
            "backoff",
            new ObjectShape(
                "a backoff",
                new FlowKey(
                    "first", DurationOrZero, "Wait before the second attempt; each further wait is twice as long."),
                new FlowKey("max", DurationOrZero, "The longest wait.")),
            "How long to wait between attempts."))
    {
        Short = new NumberShape(1, 100, Whole: true),
    };

    public static ObjectShape Limits { get; } = new(
        "limits",
        new FlowKey("cpu", new NumberShape(0.01m, 1024, Whole: false), "Processor cores."),
        new FlowKey("memory", new TextShape { Format = TextFormat.Size }, "Memory, as in 512MiB."),
        new FlowKey("pids", new NumberShape(1, 4_194_304, Whole: true), "Processes and threads at once."),
        new FlowKey(
            "disk", new TextShape { Format = TextFormat.Size },
            "Disk, as in 10GiB: what workspace, home and changed files of the image take together."),
        new FlowKey("network", new TextShape { Choices = ["default", "none"] }, "default, or none for no network."));

    public static ObjectShape Artifact { get; } = new(
        "an artifact",
        new FlowKey("name", ArtifactName, "Its name; without it the last part of the path. Template."),
        new FlowKey("path", Path, "File, folder or pattern (`*`, `?`, `**`) below the workspace. Template.")
        {
            IsRequired = true,
        },
        new FlowKey("required", Boolean, "Whether the step fails when nothing is there; true unless said otherwise."))
    {
        Short = Path,
    };

    public static ObjectShape Resource { get; } = new(
        "a resource",
        new FlowKey("name", ArtifactName, "Name of the artifact of an earlier step. Template.") { IsRequired = true },
        new FlowKey(
            "path", Path, "Folder below the workspace to unpack it in; without it the workspace itself. Template."),
        new FlowKey(
            "required", Boolean, "Whether the step fails when the artifact is not there; true unless said otherwise."))
    {
        Short = ArtifactName,
    };

    public static ObjectShape Reports { get; } = new(
        "reports",
        new FlowKey(
            "junit",
            new TextShape { Format = TextFormat.WorkspaceFile },
            "JUnit XML: file, folder or pattern (`*`, `?`, `**`) below the workspace."));

    public static ObjectShape Matrix { get; } = new(
        "a matrix",
        new FlowKey(
            "exclude", new ListShape(MatrixCell, MatrixDefinition.MaxCombinations), "Combinations to leave out: all that have these values."),
        new FlowKey(
            "include", new ListShape(MatrixCell, MatrixDefinition.MaxCombinations), "Combinations to add, each with a value for every axis."),
        new FlowKey(
            "max_parallel",
            new NumberShape(1, MatrixDefinition.MaxCombinations, Whole: true),
            "Combinations at once; without it as many as agents take."),
        new FlowKey("fail_fast", Boolean, "Whether the others are stopped once a combination has failed."))
    {
        Others = new MapShape(
            TextFormat.Identifier,
            new ListShape(MatrixText, MatrixDefinition.MaxCombinations, Min: 1) { TakesSingle = false },
            MatrixDefinition.MaxAxes),
    };

    public static ObjectShape Approve { get; } = new(
        "an approval",
        new FlowKey("message", Question, "What is asked, for people. Template."),
        new FlowKey(
            "role",
            new TextShape { Choices = ["runner", "namespace_admin", "admin"] },
            "The role that a token needs at least to decide; runner unless said otherwise."),
        new FlowKey(
            "by",
            new ListShape(new TextShape { Format = TextFormat.NotBlank }, 50, Min: 1),
            "Names of the tokens that may decide; without it any with the role."),
        new FlowKey("deadline", Duration, "How long to wait for a decision; without it 7d."))
    {
        Short = Question,
    };

    public static ObjectShape Step { get; } = new(
        "a step",
        new FlowKey("name", Name, "Unique in the flow; without it `step-<number>`."),
        new FlowKey("title", Words, "The name as people read it."),
        new FlowKey("image", Image, "Image to run in; without it the flow's. Template."),
        new FlowKey("pull", Pull, "When to ask for the image: if-missing, always or never; without it the flow's."),
        new FlowKey(
            "commands",
            new ListShape(Command, MaxCommands, Min: 1),
            "What to run, in one shell session; each command is an entry of its own in the log."),
        new FlowKey("approve", Approve, "Instead of commands: wait until someone approves or rejects it."),
        new FlowKey("env", Env, "Environment variables; they stand over the flow's. Values are templates."),
        new FlowKey("needs", new ListShape(Name, MaxSteps), "Steps to wait for; without it all earlier ones."),
        new FlowKey("when", new TextShape { MaxLength = 4096 }, "Condition; without it success()."),
        new FlowKey("resources", new ListShape(Resource, 50), "Artifacts of earlier steps to bring."),
        new FlowKey("artifacts", new ListShape(Artifact, 50), "Files to keep."),
        new FlowKey("reports", Reports, "Reports that the step's tests leave; read and shown with the run."),
        new FlowKey(
            "outputs",
            new ListShape(new TextShape { Format = TextFormat.Identifier }, 100),
            "Names that the step writes to $WEIR_OUTPUT as name=value."),
        new FlowKey("retry", Retry, "When to try again after a failure."),
        new FlowKey("timeout", Duration, "Longest time of one attempt; without it 1h."),
        new FlowKey(
            "disconnect",
            DurationOrZero,
            "How long an attempt may outlive a silent controller; 0s = it must never overlap with another."),
        new FlowKey("limits", Limits, "What the step may use."),
        new FlowKey(
            "labels",
            new MapShape(TextFormat.LabelName, new TextShape { IsTemplate = true }, 50),
            "Labels that an agent must have to claim it; `host.os`, `host.arch` and `host.name` are what it says of its host. Values may hold ${{ matrix.x }}."),
        new FlowKey("matrix", Matrix, "Axes with values: the step is made for every combination of them."),
        new FlowKey("allow_failure", Boolean, "Whether the run may succeed although the step failed."),
        new FlowKey(
            "workdir",
            new TextShape { Format = TextFormat.NotBlank, IsTemplate = true },
            "Folder to begin in, relative to the workspace. Template."),
        new FlowKey("shell", new TextShape { Format = TextFormat.Program }, "Shell to use; without it sh."),
        new FlowKey(
            "workspace",
            new TextShape { Choices = ["continue", "empty"] },
            "continue (the default): begin with the files of another step; empty: begin with none."),
        new FlowKey("secrets", Secrets, "Secrets to bring as environment variables."),
        new FlowKey("runtime", Runtime, "Runtime to use: process, docker or fake."))
    {
        OneOf = ["commands", "approve"],
        Later = ["services", "concurrency", "run", "job", "federated", "cache", "use", "parallel"],
    };

    public static ObjectShape Concurrency { get; } = new(
        "a rule of concurrency",
        new FlowKey("group", Group, "Runs of one group in the namespace are under way one at a time. Template.")
        {
            IsRequired = true,
        },
        new FlowKey(
            "on_busy",
            new TextShape { Choices = ["queue", "cancel", "skip"] },
            "What a new run does while another is under way: queue (the default), cancel the others, or skip."),
        new FlowKey("max_waiting", new NumberShape(1, 100, Whole: true), "Runs that may wait; 20 unless said otherwise."),
        new FlowKey(
            "when_full",
            new TextShape { Choices = ["replace", "skip"] },
            "When one more comes: replace the oldest that waits (the default), or skip the new one."))
    {
        Short = Group,
    };

    public static ObjectShape Flow { get; } = new(
        "a flow",
        new FlowKey("name", Name, "Unique in the namespace.") { IsRequired = true },
        new FlowKey("title", Words, "The name as people read it."),
        new FlowKey("description", Words, "What the flow is for."),
        new FlowKey("image", Image, "Image for steps that name none. Template."),
        new FlowKey("pull", Pull, "`pull` of steps that name none; without it as the agent is set."),
        new FlowKey("env", Env, "Environment variables of every step. Values are templates."),
        new FlowKey("params", new MapShape(TextFormat.Identifier, Param, 100), "Typed inputs of a run."),
        new FlowKey("source", Source, "Repository to check out in a first step, `checkout`."),
        new FlowKey("timeout", Duration, "Longest life of a run; without it 24h."),
        new FlowKey("queue_timeout", Duration, "Longest time that a ready step waits for an agent; without it 24h."),
        new FlowKey("disconnect", DurationOrZero, "`disconnect` of steps that name none; without it 10m."),
        new FlowKey("runtime", Runtime, "Runtime for steps that name none: process, docker or fake."),
        new FlowKey("secrets", Secrets, "Secrets of every step."),
        new FlowKey("concurrency", Concurrency, "Which runs must not be under way at once; without it all may."),
        new FlowKey("steps", new ListShape(Step, MaxSteps, Min: 1), "What to do.") { IsRequired = true })
    {
        AllowsExtensions = true,
        Later = ["on", "services", "parallel", "cache", "use"],
    };

    private static TextShape GitUrl => new() { IsTemplate = true, Format = TextFormat.NotBlank };
}
