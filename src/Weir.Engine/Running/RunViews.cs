using System.Collections.Immutable;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Engine.DataTree;
using Weir.Engine.Planning;
using Weir.Engine.Storage;

namespace Weir.Engine.Running;

/// <summary>Runs as the API shows them.</summary>
public static class RunViews
{
    /// <summary>Without steps: what lists show.</summary>
    public static RunView Of(RunRow row)
    {
        var details = RunCodec.ReadDetails(row);
        return new RunView
        {
            Id = row.Id,
            Handle = $"{row.Flow}#{row.Number}",
            Namespace = row.Namespace,
            Flow = row.Flow,
            Number = row.Number,
            Revision = row.Revision,
            Version = row.Version,
            Node = RunNodes.RootOf(row.Id, row.Created),
            Status = row.Status,
            Reason = row.Reason,
            Message = details.Message,
            Trigger = details.Inputs.Trigger,
            StartedBy = details.Inputs.StartedBy,
            Params = details.Inputs.Params,
            Created = row.Created,
            Started = row.Started,
            Ended = row.Ended,
            CancelRequested = IsToStop(details.Stop),
            Group = details.Group,
            WaitsForGroup = details.WaitsForGroup,
        };
    }

    public static RunView Of(RunState run) => new()
    {
        Id = run.Id,
        Handle = run.Handle,
        Namespace = run.Namespace,
        Flow = run.Flow,
        Number = run.Number,
        Revision = run.Inputs.Revision,
        Version = run.Version,
        Node = RunNodes.RootOf(run.Id, run.Created),
        Status = run.Status,
        Reason = run.Reason,
        Message = run.Message,
        Trigger = run.Inputs.Trigger,
        StartedBy = run.Inputs.StartedBy,
        Params = run.Inputs.Params,
        Created = run.Created,
        Started = run.Started,
        Ended = run.Ended,
        InfrastructureLosses = run.LossCount,
        CancelRequested = IsToStop(run.Stop),
        Group = run.Group,
        WaitsForGroup = run.WaitsForGroup,
        Steps = [.. Enumerable.Range(0, run.Steps.Length).Select(i => StepOf(run, i))],
    };

    private static bool IsToStop(RunStop? stop) => stop is { Reason: ReasonCode.Cancelled or ReasonCode.Superseded };

    private static StepView StepOf(RunState run, int step)
    {
        var state = run.Steps[step];
        var plan = run.Plan.Steps[step];
        return new StepView
        {
            Name = state.Name,
            Title = plan.Title,
            Status = state.Status,
            Reason = state.Reason,
            Message = state.Message,
            Waiting = state.Waiting ?? (state.Phase == StepPhase.Leased ? state.Current!.Preparing : null),
            Unreachable = state.Phase == StepPhase.Unreachable,
            ExitCode = state.ExitCode,
            AllowFailure = plan.AllowFailure,
            Needs = plan.Needs ?? [.. run.Plan.Steps.Take(step).Select(s => s.Name)],
            Matrix = plan.Matrix?.Values ?? ImmutableSortedDictionary<string, string>.Empty,
            Started = state.Started,
            Ended = state.Ended,
            Outputs = state.Outputs,
            Artifacts = state.Artifacts,
            Tests = state.Tests,
            Approval = state.Approval is { } asked ? ApprovalOf(plan.Approval!, asked) : null,
            Attempts = [.. state.Attempts.Select(AttemptOf)],
        };
    }

    private static ApprovalView ApprovalOf(PlanApproval plan, ApprovalState state) => new()
    {
        Message = state.Message,
        Role = plan.Role,
        By = plan.By,
        Asked = state.Asked,
        Deadline = state.Asked + plan.Deadline,
        Approved = state.Decision?.Approved,
        DecidedBy = state.Decision?.By,
        DecidedAt = state.Decision?.At,
        Comment = state.Decision?.Comment,
    };

    private static AttemptView AttemptOf(AttemptState attempt) => new()
    {
        Number = attempt.Number,
        Status = attempt.Status,
        Reason = attempt.Reason,
        Message = attempt.Message,
        Agent = attempt.Agent,
        Runtime = attempt.Runtime,
        Image = attempt.Image,
        ExitCode = attempt.ExitCode,
        Claimed = attempt.Claimed,
        Started = attempt.Started,
        Ended = attempt.Ended,
        Commands = attempt.Commands,
    };
}
