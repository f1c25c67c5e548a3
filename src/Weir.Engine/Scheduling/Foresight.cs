using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Expressions;
using Weir.Engine.Running;

namespace Weir.Engine.Scheduling;

/// <summary>
/// What an agent will probably be given next: the steps that would be queued if the attempt succeeded now. Only for
/// steps with an image, as nothing else takes long to make ready. Pure; reserves nothing.
/// </summary>
internal static class Foresight
{
    private const int MostSteps = 4;

    public static IReadOnlyList<NextStep> After(
        RunState run, AttemptFence fence, Func<RunState, RunEvent, RunState?> suppose, AgentOffer offer)
    {
        if (!run.Graph.HasImages) return [];
        var success = new RunEvent.Finished(
            fence, offer.Agent, new AttemptOutcome(RunStatus.Success, ReasonCode.None));
        if (suppose(run, success) is not { } then) return [];
        var next = new List<NextStep>(1);
        for (var i = 0; i < then.Steps.Length && next.Count < MostSteps; i++)
        {
            var isNew = then.Steps[i].Phase == StepPhase.Queued && run.Steps[i].Phase != StepPhase.Queued;
            if (isNew && Of(then, i, fence.Step, offer) is { } step) next.Add(step);
        }

        return next;
    }

    private static NextStep? Of(RunState then, int step, string after, AgentOffer offer)
    {
        var plan = then.Plan.Steps[step];
        if (plan.Image is null || plan.Kind != "commands" || !Shape.Of(then, step).IsMetBy(offer)) return null;
        var image = Template.Resolve(plan.Image, Scopes.For(then, step));
        if (string.IsNullOrEmpty(image.Text)) return null;
        return new NextStep(plan.Name)
        {
            Image = image.Text,
            Runtime = plan.Runtime,
            Pull = plan.Pull,
            Shell = plan.Shell,
            Limits = plan.Limits,
            DiesWithAgent = plan.Disconnect == TimeSpan.Zero,
            Workspace = WorkspaceOf(then, step, after),
        };
    }

    private static NextWorkspace WorkspaceOf(RunState then, int step, string after)
    {
        if (Workspaces.SourceOf(then, step) is not { } source) return NextWorkspace.Empty;
        return source.Step == after && Workspaces.IsHandedOn(then, step)
            ? NextWorkspace.TakenOver
            : NextWorkspace.Unknown;
    }
}
