using System.Collections.Immutable;
using System.Text.Json;
using Weir.Contracts.Flows;
using Weir.Contracts.Tokens;
using Weir.Engine.Planning;

namespace Weir.Engine.Definitions;

/// <summary>A flow as written, whatever the format. Strings marked "template" may hold <c>${{ }}</c>.</summary>
public sealed record FlowDefinition
{
    public required string Name { get; init; }
    public string? Title { get; init; }
    public string? Description { get; init; }

    /// <summary>Template; for steps that name none.</summary>
    public string? Image { get; init; }

    /// <summary>For steps that name none; null = as the agent is set.</summary>
    public PullPolicy? Pull { get; init; }

    /// <summary>Values are templates.</summary>
    public ImmutableSortedDictionary<string, string> Env { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>In the order of the file.</summary>
    public ImmutableArray<ParamDefinition> Params { get; init; } = [];
    public SourceDefinition? Source { get; init; }

    /// <summary>Longest life of a run; null = the default of the plan.</summary>
    public TimeSpan? Timeout { get; init; }
    public TimeSpan? QueueTimeout { get; init; }
    public TimeSpan? Disconnect { get; init; }
    public string? Runtime { get; init; }
    public ImmutableArray<string> Secrets { get; init; } = [];
    public ImmutableArray<StepDefinition> Steps { get; init; } = [];

    /// <summary>Null = its runs do not mind each other.</summary>
    public PlanConcurrency? Concurrency { get; init; }
}

/// <summary>A typed input.</summary>
public sealed record ParamDefinition(string Name, string Type)
{
    public string? Description { get; init; }
    public bool Required { get; init; }

    /// <summary>Of the parameter's type; null = none.</summary>
    public JsonElement? Default { get; init; }
    public ImmutableArray<string> Choices { get; init; } = [];
}

/// <summary>What the step <c>checkout</c> brings.</summary>
/// <param name="Git">Template.</param>
/// <param name="Ref">Template; null = the repository's own HEAD.</param>
public sealed record SourceDefinition(string Git, string? Ref)
{
    /// <summary>Number of commits; null = all.</summary>
    public int? Depth { get; init; }

    /// <summary>Template; null = the flow's.</summary>
    public string? Image { get; init; }

    /// <summary>Template; the folder of the workspace to check out into; null = the workspace itself.</summary>
    public string? Path { get; init; }
}

public sealed record StepDefinition
{
    public required string Name { get; init; }
    public string? Title { get; init; }

    /// <summary>Template.</summary>
    public string? Image { get; init; }
    public PullPolicy? Pull { get; init; }
    public ImmutableArray<string> Commands { get; init; } = [];

    /// <summary>Values are templates.</summary>
    public ImmutableSortedDictionary<string, string> Env { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Null = every earlier step; empty = none (but for <c>checkout</c>, where there is a source).</summary>
    public ImmutableArray<string>? Needs { get; init; }
    public string? When { get; init; }
    public ImmutableArray<ResourceDefinition> Resources { get; init; } = [];
    public ImmutableArray<ArtifactDefinition> Artifacts { get; init; } = [];
    public ImmutableArray<string> Outputs { get; init; } = [];

    /// <summary>Path of JUnit files; may hold <c>*</c>, <c>?</c> and <c>**</c>.</summary>
    public string? JunitReports { get; init; }
    public RetryRule Retry { get; init; } = new();
    public TimeSpan? Timeout { get; init; }
    public TimeSpan? Disconnect { get; init; }
    public StepLimits Limits { get; init; } = new();
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public bool AllowFailure { get; init; }

    /// <summary>Template.</summary>
    public string? Workdir { get; init; }
    public string? Shell { get; init; }
    public ImmutableArray<string> Secrets { get; init; } = [];
    public string? Runtime { get; init; }

    /// <summary>True when it begins with an empty workspace, whatever it needs.</summary>
    public bool StartsEmpty { get; init; }

    /// <summary>Null = it is made once.</summary>
    public MatrixDefinition? Matrix { get; init; }

    /// <summary>Set for a step that waits for people instead of running commands.</summary>
    public ApprovalDefinition? Approval { get; init; }
}

/// <summary>What a step asks people, and whom.</summary>
public sealed record ApprovalDefinition
{
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromDays(7);

    /// <summary>Template.</summary>
    public string? Message { get; init; }

    /// <summary>What a token must be at least.</summary>
    public TokenRole Role { get; init; } = TokenRole.Runner;

    /// <summary>Names of the tokens that may decide; empty = any with the role.</summary>
    public ImmutableArray<string> By { get; init; } = [];
    public TimeSpan? Deadline { get; init; }
}

/// <summary>Name and path are templates.</summary>
public sealed record ArtifactDefinition(string Name, string Path, bool Required);

/// <summary>Name and path are templates.</summary>
public sealed record ResourceDefinition(string Name, string Path, bool Required);
