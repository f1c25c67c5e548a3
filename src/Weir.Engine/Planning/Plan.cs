using System.Collections.Immutable;
using Weir.Contracts.Flows;
using Weir.Contracts.Tokens;

namespace Weir.Engine.Planning;

/// <summary>
/// A flow, validated and joined with its inputs: what a run executes. Immutable; stored once per content, under the
/// SHA-256 of its JSON. Strings marked "template" may hold <c>${{ }}</c>, resolved when the step is handed out.
/// </summary>
public sealed record Plan
{
    public const int CurrentSchema = 1;

    /// <summary>Readers upcast plans of older numbers and refuse newer ones.</summary>
    public int Schema { get; init; } = CurrentSchema;
    public required string Flow { get; init; }
    public string? Title { get; init; }
    public required ImmutableArray<PlanStep> Steps { get; init; }

    /// <summary>Longest life of a run from its start.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Longest time a ready step waits for an agent.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Null = its runs do not mind each other.</summary>
    public PlanConcurrency? Concurrency { get; init; }
}

/// <summary>Of the runs of a group, in one namespace, one is under way at a time.</summary>
/// <param name="Group">Template, resolved when the run is started.</param>
public sealed record PlanConcurrency(string Group)
{
    public const int DefaultWaiting = 20;

    /// <summary>What a new run does while another holds the group.</summary>
    public OnBusy OnBusy { get; init; }

    /// <summary>Runs that may wait at once.</summary>
    public int MaxWaiting { get; init; } = DefaultWaiting;

    /// <summary>What happens when one more comes.</summary>
    public WhenFull WhenFull { get; init; }
}

public enum OnBusy
{
    /// <summary>It waits; the oldest goes first.</summary>
    Queue,

    /// <summary>The one under way and those that wait are cancelled for it.</summary>
    Cancel,

    /// <summary>It is skipped.</summary>
    Skip,
}

public enum WhenFull
{
    /// <summary>The oldest that waits is cancelled for it.</summary>
    Replace,

    /// <summary>It is skipped.</summary>
    Skip,
}

public sealed record PlanStep
{
    public required string Name { get; init; }
    public string? Title { get; init; }

    /// <summary>What the step is; see <see cref="Running.OpKinds"/>.</summary>
    public string Kind { get; init; } = "commands";

    /// <summary>Names of the steps it waits for; default (null) = every earlier step in the list.</summary>
    public ImmutableArray<string>? Needs { get; init; }

    /// <summary>The condition as written; null means <c>success()</c>.</summary>
    public string? When { get; init; }

    /// <summary>Template.</summary>
    public string? Image { get; init; }

    /// <summary>When to ask for the image; null = as the agent is set.</summary>
    public PullPolicy? Pull { get; init; }
    public string? Runtime { get; init; }

    /// <summary>Never a template: values reach commands as environment variables, files or arguments only.</summary>
    public ImmutableArray<string> Commands { get; init; } = [];

    /// <summary>Values are templates.</summary>
    public ImmutableSortedDictionary<string, string> Env { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public string? Shell { get; init; }

    /// <summary>Template.</summary>
    public string? Workdir { get; init; }
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public StepLimits Limits { get; init; } = new();
    public RetryRule Retry { get; init; } = new();
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);
    public TimeSpan Disconnect { get; init; } = TimeSpan.FromMinutes(10);
    public TimeSpan KillGrace { get; init; } = TimeSpan.FromSeconds(10);
    public bool AllowFailure { get; init; }
    public ImmutableArray<PlanArtifact> Artifacts { get; init; } = [];
    public ImmutableArray<PlanResource> Resources { get; init; } = [];
    public ImmutableArray<string> Outputs { get; init; } = [];

    /// <summary>Path of JUnit files; may hold <c>*</c>, <c>?</c> and <c>**</c>.</summary>
    public string? JunitReports { get; init; }
    public ImmutableArray<string> Secrets { get; init; } = [];

    /// <summary>The step whose workspace this one continues; null = it starts with an empty one.</summary>
    public string? WorkspaceFrom { get; init; }

    /// <summary>Set when it is one combination of a step with a matrix.</summary>
    public PlanMatrix? Matrix { get; init; }

    /// <summary>Set for steps of the kind <see cref="Running.OpKinds.Approve"/>.</summary>
    public PlanApproval? Approval { get; init; }
}

/// <param name="Message">Template.</param>
/// <param name="Role">What a token must be at least to decide.</param>
/// <param name="By">Names of the tokens that may; empty = any with the role.</param>
/// <param name="Deadline">After it the step has failed.</param>
public sealed record PlanApproval(string? Message, TokenRole Role, ImmutableArray<string> By, TimeSpan Deadline);

/// <param name="Step">Name of the step in the flow, which all combinations share.</param>
/// <param name="Values">What <c>matrix</c> is in the expressions of this combination.</param>
public sealed record PlanMatrix(string Step, ImmutableSortedDictionary<string, string> Values)
{
    /// <summary>Combinations at once; null = no limit.</summary>
    public int? MaxParallel { get; init; }

    /// <summary>Whether the others are stopped once a combination has failed.</summary>
    public bool FailFast { get; init; }
}

/// <summary>Name and path are templates; the path may hold <c>*</c>, <c>?</c> and <c>**</c>.</summary>
public sealed record PlanArtifact(string Name, string Path, bool Required);

/// <summary>
/// Name and path are templates. <paramref name="From"/>: the step that leaves the artifact of that name.
/// </summary>
public sealed record PlanResource(string Name, string Path, string? From, bool Required);

/// <summary>When and how often a failed attempt is made again.</summary>
public sealed record RetryRule
{
    /// <summary>Attempts in all for the failures named in <see cref="On"/>, the first included.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>Kinds of failure that count: <c>exit</c>, <c>timeout</c>, <c>infrastructure</c>.</summary>
    public ImmutableArray<RetryOn> On { get; init; } = [RetryOn.Infrastructure];

    /// <summary>Attempts lost to infrastructure that are made again, whatever <see cref="Attempts"/> says.</summary>
    public int InfrastructureAttempts { get; init; } = 3;
    public TimeSpan BackoffFirst { get; init; } = TimeSpan.FromSeconds(10);
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromMinutes(2);
}

public enum RetryOn
{
    Exit,
    Timeout,
    Infrastructure,
}
