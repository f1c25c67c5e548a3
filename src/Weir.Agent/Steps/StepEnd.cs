using System.Globalization;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Runtimes;

namespace Weir.Agent.Steps;

internal enum EndCause
{
    /// <summary>Its main process ended by itself.</summary>
    Exited,
    TimedOut,

    /// <summary>Someone wanted it stopped.</summary>
    Stopped,

    /// <summary>Not ours any more: nothing is reported.</summary>
    Lost,

    /// <summary>The agent itself was told to stop.</summary>
    Aborted,

    /// <summary>It took more disk than it may.</summary>
    OverDisk,

    /// <summary>Disk or runtime failed.</summary>
    Broken,
}

/// <summary>How a step's processes ended, before anything is collected.</summary>
internal sealed record StepEnd(EndCause Cause)
{
    public ContainerExit? Exit { get; init; }
    public OutputLines? Outputs { get; init; }

    /// <summary>What broke, or what is wrong with the outputs.</summary>
    public string? Problem { get; init; }

    public bool LeavesSomething => Cause == EndCause.Exited && Exit?.Lost is null;

    /// <summary>The outcome, without logs and commands.</summary>
    public AttemptOutcome Judge(TimeSpan limit, StepHarvest harvest) => Cause switch
    {
        EndCause.Exited => JudgeExit(Exit!, harvest),
        EndCause.TimedOut => Failed(ReasonCode.Timeout, string.Create(
            CultureInfo.InvariantCulture, $"the step did not end within {limit.TotalSeconds:0.###} s")),
        EndCause.Stopped =>
            new AttemptOutcome(RunStatus.Cancelled, ReasonCode.Cancelled) { Message = "the step was cancelled" },
        EndCause.OverDisk => Failed(ReasonCode.Disk, Problem!) with { ExitCode = Exit?.ExitCode },
        EndCause.Aborted => Failed(ReasonCode.Infrastructure, "the agent was stopped"),
        _ => Failed(ReasonCode.Infrastructure, Problem ?? "the step was lost"),
    };

    public static AttemptOutcome Failed(ReasonCode reason, string message) =>
        new(RunStatus.Failed, reason) { Message = message };

    private AttemptOutcome JudgeExit(ContainerExit exit, StepHarvest harvest)
    {
        if (exit.Lost is { } lost) return Failed(ReasonCode.Infrastructure, lost);
        var outcome = exit switch
        {
            { OutOfMemory: true } => Failed(ReasonCode.Exit, "the step was killed: it used more memory than it may"),
            { ExitCode: not 0 } => Failed(ReasonCode.Exit, $"exit code {exit.ExitCode}"),
            _ when harvest.Problem is { } problem => Failed(ReasonCode.Artifact, problem),
            _ when Outputs is null => Failed(ReasonCode.Artifact, Problem ?? "the outputs could not be read"),
            _ => new AttemptOutcome(RunStatus.Success, ReasonCode.None) { Message = Problem },
        };
        return outcome with
        {
            ExitCode = exit.ExitCode,
            Outputs = Outputs?.Values ?? outcome.Outputs,
            Artifacts = harvest.Artifacts,
            Tests = harvest.Tests,
            WorkspaceDigest = harvest.WorkspaceDigest,
        };
    }
}
