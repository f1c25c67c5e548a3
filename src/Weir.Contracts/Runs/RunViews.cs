using System.Text.Json;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Contracts.Tokens;

namespace Weir.Contracts.Runs;

/// <summary>A run as the API shows it. Lists leave <see cref="Steps"/> out.</summary>
public sealed record RunView
{
    public required string Id { get; init; }

    /// <summary>The handle for people: <c>flow#7</c>.</summary>
    public required string Handle { get; init; }
    public required string Namespace { get; init; }
    public required string Flow { get; init; }
    public required long Number { get; init; }

    /// <summary>The revision of the flow; null for a run started from a file.</summary>
    public int? Revision { get; init; }
    /// <summary>The id of its root in the data tree.</summary>
    public string? Node { get; init; }
    public required RunStatus Status { get; init; }
    public ReasonCode Reason { get; init; }
    public string? Message { get; init; }

    /// <summary>One more at each change: the id of a watch's events.</summary>
    public long Version { get; init; }

    /// <summary>What started it: <c>manual</c>, or the trigger's name.</summary>
    public string Trigger { get; set; } = "manual";

    /// <summary>Name of the token that asked for it.</summary>
    public string StartedBy { get; set; } = "";
    public IReadOnlyDictionary<string, JsonElement> Params { get; set; } = new Dictionary<string, JsonElement>();
    public required DateTimeOffset Created { get; init; }
    public DateTimeOffset? Started { get; init; }
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Attempts lost to infrastructure so far; shown apart from failures of the steps' own.</summary>
    public int InfrastructureLosses { get; init; }
    public bool CancelRequested { get; init; }

    /// <summary>The concurrency group it is in; null = none.</summary>
    public string? Group { get; init; }

    /// <summary>True until its group lets it begin.</summary>
    public bool WaitsForGroup { get; init; }
    public IReadOnlyList<StepView>? Steps { get; init; }
}

public sealed record StepView
{
    public required string Name { get; init; }
    public string? Title { get; init; }
    public required RunStatus Status { get; init; }
    public ReasonCode Reason { get; init; }
    public string? Message { get; init; }

    /// <summary>
    /// Why it is not running now, or what its agent still prepares: the stored reason that <c>weir run explain</c>
    /// shows.
    /// </summary>
    public string? Waiting { get; init; }

    /// <summary>True between the end of a lease and the end of its <c>disconnect</c> time.</summary>
    public bool Unreachable { get; init; }
    public int? ExitCode { get; init; }
    public bool AllowFailure { get; init; }
    public IReadOnlyList<string> Needs { get; set; } = [];

    /// <summary>The values of this combination, for a step with a matrix.</summary>
    public IReadOnlyDictionary<string, string> Matrix { get; set; } = new Dictionary<string, string>();
    public DateTimeOffset? Started { get; init; }
    public DateTimeOffset? Ended { get; init; }
    public IReadOnlyDictionary<string, string> Outputs { get; set; } = new Dictionary<string, string>();
    public IReadOnlyList<ArtifactRecord> Artifacts { get; set; } = [];

    /// <summary>What its tests came to; null without reports.</summary>
    public TestReport? Tests { get; init; }
    public IReadOnlyList<AttemptView> Attempts { get; set; } = [];

    /// <summary>Set once the step has asked for an approval.</summary>
    public ApprovalView? Approval { get; init; }
}

/// <summary>What a step asks, whom, and what was decided.</summary>
public sealed record ApprovalView
{
    public string? Message { get; init; }

    /// <summary>What a token must be at least to decide.</summary>
    public TokenRole Role { get; init; }

    /// <summary>Names of the tokens that may; empty = any with the role.</summary>
    public IReadOnlyList<string> By { get; set; } = [];
    public required DateTimeOffset Asked { get; init; }

    /// <summary>The step fails when nobody has decided by then.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>Null while nobody has decided.</summary>
    public bool? Approved { get; init; }
    public string? DecidedBy { get; init; }
    public DateTimeOffset? DecidedAt { get; init; }
    public string? Comment { get; init; }
}

/// <summary>Approves or rejects a step.</summary>
public sealed record DecideStepRequest
{
    /// <summary>For people, at most 1,000 characters; later steps see it as the output <c>comment</c>.</summary>
    public string? Comment { get; init; }
}

public sealed record AttemptView
{
    public required int Number { get; init; }
    public required RunStatus Status { get; init; }
    public ReasonCode Reason { get; init; }
    public string? Message { get; init; }
    public string? Agent { get; init; }
    public string? Runtime { get; init; }

    /// <summary>The image that really ran: by digest where its registry gave one, else by its id.</summary>
    public string? Image { get; init; }
    public int? ExitCode { get; init; }
    public DateTimeOffset? Claimed { get; init; }
    public DateTimeOffset? Started { get; init; }
    public DateTimeOffset? Ended { get; init; }
    public IReadOnlyList<CommandRecord> Commands { get; set; } = [];
}

/// <summary>Starts a run of a stored flow, or of a definition given in place.</summary>
public sealed record StartRunRequest
{
    /// <summary>Name of a stored flow; leave out when <see cref="Definition"/> is given.</summary>
    public string? Flow { get; init; }

    /// <summary>Revision of the stored flow; null = the newest.</summary>
    public int? Revision { get; init; }

    /// <summary>The text of a <c>weir.yml</c> (YAML or JSON).</summary>
    public string? Definition { get; init; }

    /// <summary>Name of the definition's file, for places in problems.</summary>
    public string? File { get; init; }
    public IReadOnlyDictionary<string, JsonElement> Params { get; set; } = new Dictionary<string, JsonElement>();

    /// <summary>Forces the runtime of every step: <c>process</c>, <c>docker</c>, <c>fake</c>.</summary>
    public string? Runtime { get; init; }

    /// <summary>Larger is sooner, within the namespace; −100 to 100.</summary>
    public int Priority { get; init; }

    /// <summary>Same key and content give the same run; same key and other content is refused.</summary>
    public string? IdempotencyKey { get; init; }
}

public sealed record StartRunResponse(RunView Run)
{
    /// <summary>True when the idempotency key had already started this run.</summary>
    public bool Existing { get; init; }
    public IReadOnlyList<string> Warnings { get; set; } = [];
}

/// <summary>Which age of the Nosana result document.</summary>
public enum ResultForm
{
    /// <summary>As in 2022: <c>success</c> or <c>pipeline-failed</c>.</summary>
    Original,

    /// <summary>As in 2024: <c>success</c>, <c>nos/cmd-error</c> or <c>nos/error</c>, with exit codes.</summary>
    Current,
}

/// <summary>Where a result's logs are.</summary>
public enum ResultLogs
{
    Inline,

    /// <summary>Addresses at the controller stand in their place.</summary>
    Link,
}

/// <summary>Why a run and each of its steps stand where they stand.</summary>
public sealed record RunExplanation(
    string Handle, RunStatus Status, string Summary, IReadOnlyList<StepExplanation> Steps);

public sealed record StepExplanation(string Step, RunStatus Status, ReasonCode Reason, string Why)
{
    public IReadOnlyList<string> Hints { get; set; } = [];

    /// <summary>It waits for an agent: for one to take it, or for its own to be heard of again.</summary>
    public bool WaitsForAgent { get; init; }
}

/// <summary>One page of a list; <see cref="Next"/> is the opaque cursor of the following page.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items)
{
    public string? Next { get; init; }
}
