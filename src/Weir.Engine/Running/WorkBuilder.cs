using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Expressions;
using Weir.Engine.Planning;
using Weir.Engine.Scheduling;

namespace Weir.Engine.Running;

/// <summary>The work of a step with every expression resolved, or why there is none.</summary>
internal sealed record WorkResult(StepWork? Work, ReasonCode Reason, string? Message);

/// <summary>
/// Resolves what an agent gets. Pure: asked when a step is queued (can it run at all?) and when it is handed out.
/// </summary>
internal static class WorkBuilder
{
    public static WorkResult Build(RunState run, int step)
    {
        var plan = run.Plan.Steps[step];
        if (!OpKinds.TryPlace(plan.Kind, out var place) || place != OpPlace.Agent)
            return Refuse(ReasonCode.Policy, $"no part of this controller runs steps of kind `{plan.Kind}`");
        var text = new Resolver(Scopes.For(run, step));
        var work = new StepWork
        {
            Kind = plan.Kind,
            Image = text.Optional("image", plan.Image),
            Pull = plan.Pull,
            Runtime = plan.Runtime,
            Commands = plan.Commands,
            Env = plan.Env.ToDictionary(e => e.Key, e => text.Required($"env.{e.Key}", e.Value)),
            Shell = plan.Shell,
            Workdir = text.Optional("workdir", plan.Workdir),
            TimeoutMilliseconds = (long)plan.Timeout.TotalMilliseconds,
            KillGraceMilliseconds = (int)plan.KillGrace.TotalMilliseconds,
            Limits = plan.Limits,
            Workspace = Workspaces.SourceOf(run, step),
            WorkspaceIsHandedOn = Workspaces.IsHandedOn(run, step),
            KeepWorkspace = run.Graph.HeirsOf(step).Length > 0,
            UploadWorkspace = run.Graph.HeirsOf(step).Any(heir => !StaysHere(plan, run.Plan.Steps[heir])),
            Artifacts =
            [
                .. plan.Artifacts.Select(a => new ArtifactWork(
                    text.Required("artifact", a.Name), text.Required("artifact", a.Path), a.Required)),
            ],
            Resources = [.. plan.Resources.Select(r => Resource(run, r, text))],
            Outputs = plan.Outputs,
            JunitReports = plan.JunitReports,
        };
        if (text.Error is { } error) return Refuse(ReasonCode.Expression, error);
        var missing = work.Resources.FirstOrDefault(r => r is { Required: true, Digest: null });
        return missing is null
            ? new WorkResult(work, ReasonCode.None, null)
            : Refuse(ReasonCode.Artifact, $"no earlier step left an artifact named `{missing.Name}`");
    }

    /// <summary>Who waits for people does so for days, and what follows may run anywhere.</summary>
    private static bool StaysHere(PlanStep step, PlanStep heir) =>
        heir.Kind == OpKinds.Commands && Shape.SamePlace(step, heir);

    private static WorkResult Refuse(ReasonCode reason, string message) => new(null, reason, message);

    private static ResourceWork Resource(RunState run, PlanResource resource, Resolver text)
    {
        var name = text.Required("resource", resource.Name);
        var from = resource.From is { } step && run.Graph.TryPositionOf(step, out var i) ? run.Steps[i] : null;
        var digest = from?.Artifacts.FirstOrDefault(a => a.Name == name)?.Digest;
        return new ResourceWork(name, text.Required("resource", resource.Path), digest, resource.Required);
    }

    /// <summary>Keeps the first error, so that the caller reads straight on.</summary>
    private sealed class Resolver(ExpressionScope scope)
    {
        public string? Error { get; private set; }

        public string Required(string field, string template)
        {
            var result = Template.Resolve(template, scope);
            if (result.Error is { } error) Error ??= $"{field}: {error}";
            return result.Text ?? "";
        }

        public string? Optional(string field, string? template) => template is null ? null : Required(field, template);
    }
}
