using System.Text.Json;
using Weir.Contracts.Statuses;

namespace Weir.Engine.Expressions;

/// <summary>What expressions can see.</summary>
public sealed record ExpressionScope
{
    public IReadOnlyDictionary<string, JsonElement> Params { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>What started the run: <c>trigger.git_sha</c> and the like; paths that are not there are null.</summary>
    public IReadOnlyDictionary<string, JsonElement> Trigger { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>The values of a matrix step; empty for other steps.</summary>
    public IReadOnlyDictionary<string, string> Matrix { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// <c>run.id</c>, <c>run.number</c>, <c>run.handle</c>, <c>run.flow</c>, <c>run.namespace</c>, <c>run.trigger</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Run { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, StepFacts> Steps { get; init; } = new Dictionary<string, StepFacts>();

    /// <summary>
    /// <c>failure()</c>: something needed (or, without needs, something earlier) failed and was not allowed to.
    /// </summary>
    public bool Failed { get; init; }

    /// <summary><c>cancelled()</c>: the run, or something needed, was cancelled.</summary>
    public bool Cancelled { get; init; }
}

public sealed record StepFacts(RunStatus Status, int? ExitCode, IReadOnlyDictionary<string, string> Outputs);
