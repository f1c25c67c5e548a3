using System.Text.Json;
using Weir.Contracts.Problems;

namespace Weir.Contracts.Flows;

/// <summary>A flow: its newest revision, or the one asked for.</summary>
public sealed record FlowView
{
    public required string Name { get; init; }
    public required string Namespace { get; init; }
    public string? Title { get; init; }
    public string? Description { get; init; }
    public required int Revision { get; init; }
    public required DateTimeOffset Created { get; init; }
    public string? CreatedBy { get; init; }
    public IReadOnlyList<ParamView> Params { get; set; } = [];
    public IReadOnlyList<string> Steps { get; set; } = [];

    /// <summary>The definition as it was given; left out of lists.</summary>
    public string? Definition { get; init; }
}

public sealed record ParamView(string Name, string Type)
{
    public string? Description { get; init; }
    public bool Required { get; init; }
    public JsonElement? Default { get; init; }
    public IReadOnlyList<string>? Choices { get; init; }
}

/// <summary>Creates a revision; the flow's name is the definition's own. Equal content makes no new revision.</summary>
public sealed record CreateFlowRequest(string Definition)
{
    /// <summary>Name of the definition's file, for places in problems.</summary>
    public string? File { get; init; }

    /// <summary>Check only; store nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>
    /// The revision the caller believes to be the newest (0 = none); otherwise refused as a conflict.
    /// </summary>
    public int? ExpectedRevision { get; init; }
}

public sealed record CreateFlowResponse(FlowView Flow)
{
    /// <summary>False when the newest revision was already equal.</summary>
    public bool Changed { get; init; }
    public IReadOnlyList<Problem> Warnings { get; set; } = [];
}
