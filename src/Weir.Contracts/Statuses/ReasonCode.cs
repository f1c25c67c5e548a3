using System.Text.Json.Serialization;
using Weir.Contracts.Json;

namespace Weir.Contracts.Statuses;

/// <summary>
/// Why something ended as it did, apart from the status: loss of infrastructure is no failure of the user's.
/// </summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ReasonCode>))]
public enum ReasonCode
{
    None,

    /// <summary>A command returned something other than zero.</summary>
    Exit,

    /// <summary>The time of the step or of the run was over.</summary>
    Timeout,

    /// <summary>No agent took the step within the queue's time.</summary>
    QueueTimeout,

    /// <summary>Agent, engine, disk or network was lost; not the user's fault.</summary>
    Infrastructure,

    /// <summary>Someone cancelled the run.</summary>
    Cancelled,

    /// <summary>The condition in <c>when</c> was false.</summary>
    WhenFalse,

    /// <summary>Something earlier failed, was cancelled, or never ran.</summary>
    Upstream,

    /// <summary>The condition, an expression or a path could not be evaluated.</summary>
    Expression,

    /// <summary>A declared artifact or resource is not there.</summary>
    Artifact,

    /// <summary>A rule of the namespace or the agent forbids it.</summary>
    Policy,

    /// <summary>A secret that the step asks for is not there.</summary>
    Secret,

    /// <summary>A step that was not allowed to fail did so (of a run).</summary>
    StepFailed,

    /// <summary>Stopped because another combination of its matrix failed.</summary>
    FailFast,

    /// <summary>Someone whose approval it needed rejected it.</summary>
    Rejected,

    /// <summary>Nobody approved or rejected it before its deadline.</summary>
    NotApproved,

    /// <summary>It made way for a newer run of its concurrency group.</summary>
    Superseded,

    /// <summary>Another run held its concurrency group, and its flow wants it skipped then.</summary>
    Busy,

    /// <summary>Given back by an agent that never began it; counts against nothing.</summary>
    Released,

    /// <summary>The step used more disk than it may.</summary>
    Disk,
}
