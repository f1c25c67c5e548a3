using System.Collections.Immutable;
using System.Globalization;
using Weir.Contracts.Statuses;
using Weir.Contracts.Tokens;
using Weir.Engine.Expressions;
using Weir.Engine.Planning;

namespace Weir.Engine.Running;

/// <summary>Steps that people end: each asks, and waits until someone who may approves or rejects it.</summary>
internal static class Approvals
{
    /// <summary>What later steps see of a decision.</summary>
    public static ImmutableArray<string> Outputs { get; } = ["by", "comment"];

    public static void Ask(RunEdit edit, int step)
    {
        var plan = edit.PlanOf(step).Approval!;
        var message = Template.Resolve(plan.Message ?? "", Scopes.For(edit.Peek(), step));
        if (message.Error is { } error)
        {
            edit.End(step, RunStatus.Failed, ReasonCode.Expression, $"approve.message: {error}");
            return;
        }

        var until = (edit.Now + plan.Deadline).UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        edit.Run = edit.Run with { Status = RunStatus.Running, Started = edit.Run.Started ?? edit.Now };
        edit[step] = edit[step] with
        {
            Phase = StepPhase.Asking,
            Status = RunStatus.Running,
            Started = edit.Now,
            Waiting = $"waiting for approval by {Describe(plan)}, until {until} UTC",
            Approval = new ApprovalState(edit.Now) { Message = message.Text is { Length: > 0 } text ? text : null },
        };
    }

    /// <summary>The first decision counts; the same one from the same person again is answered as the first.</summary>
    public static EventVerdict Decide(RunEdit edit, RunEvent.Decided e)
    {
        if (!edit.Graph.TryPositionOf(e.Step, out var i) || edit[i].Approval is not { } approval)
            return EventVerdict.Refused;
        if (approval.Decision is { } known)
        {
            var isSame = known.Approved == e.Approved && known.By == e.By;
            return isSame ? EventVerdict.Repeated : EventVerdict.Refused;
        }

        if (edit[i].Phase != StepPhase.Asking) return EventVerdict.Refused;
        var decision = new ApprovalDecision(e.Approved, e.By, edit.Now) { Comment = e.Comment };
        edit[i] = edit[i] with
        {
            Approval = approval with { Decision = decision },
            Outputs = ImmutableSortedDictionary<string, string>.Empty
                .Add(Outputs[0], e.By).Add(Outputs[1], e.Comment ?? ""),
        };
        var said = e.Comment is null ? "" : $": {e.Comment}";
        if (e.Approved) edit.End(i, RunStatus.Success, ReasonCode.None, $"approved by {e.By}{said}");
        else edit.End(i, RunStatus.Failed, ReasonCode.Rejected, $"rejected by {e.By}{said}");
        return EventVerdict.Accepted;
    }

    public static void Expire(RunEdit edit, int step) => edit.End(
        step, RunStatus.Failed, ReasonCode.NotApproved,
        $"nobody approved or rejected it in {Contracts.Text.Duration.Format(edit.PlanOf(step).Approval!.Deadline)}");

    public static bool MayDecide(PlanApproval plan, string name, TokenRole role) =>
        role >= plan.Role && (plan.By.IsEmpty || plan.By.Contains(name));

    /// <summary>For people: who may decide.</summary>
    public static string Describe(PlanApproval plan)
    {
        var role = plan.Role switch
        {
            TokenRole.Admin => "an admin",
            TokenRole.NamespaceAdmin => "an admin of the namespace",
            _ => "a runner",
        };
        return plan.By.IsEmpty ? role : $"{string.Join(" or ", plan.By)} (as {role} at least)";
    }
}
