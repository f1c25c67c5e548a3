using System.Collections.Immutable;
using System.Globalization;
using Weir.Engine.Definitions;
using Weir.Engine.Running;

namespace Weir.Engine.Planning;

/// <summary>
/// Makes a plan's steps. What a step's workspace continues: without <c>needs</c> the step before it in the list; with
/// one needed step, that step; with several or none, the checkout (an empty one where there is no source). A step with
/// a matrix counts as several.
/// </summary>
internal static class PlannerSteps
{
    public static Plan Plan(FlowDefinition flow, string? runtime)
    {
        var steps = ImmutableArray.CreateBuilder<PlanStep>();
        if (flow.Source is { } source) steps.Add(PlanCheckout(flow, source, runtime));
        var cells = MatrixExpansion.Expand(flow);
        var finder = new ResourceFinder(cells);
        for (var i = 0; i < cells.Length; i++)
        {
            steps.Add(cells[i].Step.Approval is { } approval
                ? PlanApproval(flow, cells[i], approval)
                : PlanStep(flow, cells[i], finder.For(i), runtime));
        }

        var unset = new Plan { Flow = flow.Name, Steps = [] };
        return unset with
        {
            Title = flow.Title,
            Steps = steps.ToImmutable(),
            Timeout = flow.Timeout ?? unset.Timeout + TimeForApprovals(steps),
            QueueTimeout = flow.QueueTimeout ?? unset.QueueTimeout,
            Concurrency = flow.Concurrency,
        };
    }

    private static PlanStep PlanStep(
        FlowDefinition flow, StepCell cell, Func<string, string?> maker, string? runtime)
    {
        var step = cell.Step;
        var unset = new PlanStep { Name = step.Name };
        return unset with
        {
            Title = step.Title,
            Needs = NeedsOf(flow, step),
            When = string.IsNullOrWhiteSpace(step.When) ? null : step.When.Trim(),
            Image = step.Image ?? flow.Image,
            Pull = step.Pull ?? flow.Pull,
            Runtime = runtime ?? step.Runtime ?? flow.Runtime,
            Commands = step.Commands,
            Env = flow.Env.SetItems(step.Env),
            Shell = step.Shell,
            Workdir = step.Workdir,
            Labels = step.Labels,
            Limits = step.Limits,
            Retry = step.Retry,
            Timeout = step.Timeout ?? unset.Timeout,
            Disconnect = step.Disconnect ?? flow.Disconnect ?? unset.Disconnect,
            AllowFailure = step.AllowFailure,
            Artifacts = [.. step.Artifacts.Select(a => new PlanArtifact(a.Name, a.Path, a.Required))],
            Resources = [.. step.Resources.Select(r => new PlanResource(r.Name, r.Path, maker(r.Name), r.Required))],
            Outputs = step.Outputs,
            JunitReports = step.JunitReports,
            Secrets = [.. flow.Secrets.Union(step.Secrets)],
            WorkspaceFrom = WorkspaceOf(flow, cell.Origin),
            Matrix = MatrixOf(flow.Steps[cell.Origin], cell),
        };
    }

    private static PlanStep PlanApproval(FlowDefinition flow, StepCell cell, ApprovalDefinition approval) => new()
    {
        Name = cell.Step.Name,
        Title = cell.Step.Title,
        Kind = OpKinds.Approve,
        Needs = NeedsOf(flow, cell.Step),
        When = string.IsNullOrWhiteSpace(cell.Step.When) ? null : cell.Step.When.Trim(),
        AllowFailure = cell.Step.AllowFailure,
        Outputs = Approvals.Outputs,
        WorkspaceFrom = WorkspaceOf(flow, cell.Origin),
        Approval = new PlanApproval(
            approval.Message, approval.Role, approval.By, approval.Deadline ?? ApprovalDefinition.DefaultDeadline),
    };

    /// <summary>People may take long: what they may take does not count against the run's usual time.</summary>
    private static TimeSpan TimeForApprovals(IEnumerable<PlanStep> steps) =>
        steps.Aggregate(TimeSpan.Zero, (time, step) => time + (step.Approval?.Deadline ?? TimeSpan.Zero));

    private static PlanMatrix? MatrixOf(StepDefinition written, StepCell cell) => written.Matrix is not { } matrix
        ? null
        : new PlanMatrix(written.Name, cell.Values.ToImmutableSortedDictionary(v => v.Axis, v => v.Value))
        {
            MaxParallel = matrix.MaxParallel,
            FailFast = matrix.FailFast,
        };

    private static PlanStep PlanCheckout(FlowDefinition flow, SourceDefinition source, string? runtime)
    {
        var unset = new PlanStep { Name = Checkout.StepName };
        return unset with
        {
            Image = source.Image ?? flow.Image,
            Pull = flow.Pull,
            Runtime = runtime ?? flow.Runtime,
            Commands = source.Path is null ? Checkout.Commands : [Checkout.EnterFolder, .. Checkout.Commands],
            Env = CheckoutVariables(flow, source),
            Disconnect = flow.Disconnect ?? unset.Disconnect,
            Outputs = Checkout.Outputs,
        };
    }

    private static ImmutableSortedDictionary<string, string> CheckoutVariables(
        FlowDefinition flow, SourceDefinition source)
    {
        var env = flow.Env.SetItems(new Dictionary<string, string>
        {
            [Checkout.Address] = source.Git,
            [Checkout.Ref] = source.Ref ?? "",
            [Checkout.Depth] = source.Depth?.ToString(CultureInfo.InvariantCulture) ?? "",
            ["GIT_TERMINAL_PROMPT"] = "0",
        });
        return source.Path is null ? env : env.SetItem(Checkout.Folder, source.Path);
    }

    private static ImmutableArray<string>? NeedsOf(FlowDefinition flow, StepDefinition step) =>
        step.Needs is { IsEmpty: true } && flow.Source is not null ? [Checkout.StepName] : step.Needs;

    private static string? WorkspaceOf(FlowDefinition flow, int index)
    {
        if (flow.Steps[index].StartsEmpty) return null;
        var checkout = flow.Source is null ? null : Checkout.StepName;
        return flow.Steps[index].Needs switch
        {
            null => index == 0 ? checkout : Continued(flow.Steps[index - 1].Name),
            [var only] => Continued(only),
            _ => checkout,
        };

        // A step with a matrix is several steps, so it leaves no workspace to continue.
        string? Continued(string name) =>
            flow.Steps.Any(step => step.Name == name && step.Matrix is not null) ? checkout : name;
    }

    /// <summary>The steps that leave the artifacts that resources ask for.</summary>
    private sealed class ResourceFinder(ImmutableArray<StepCell> cells)
    {
        private readonly ImmutableArray<StepDefinition> _steps = [.. cells.Select(cell => cell.Step)];
        private StepGraph? _graph;

        public Func<string, string?> For(int step) => artifact =>
            ArtifactSource.Find(_steps, _graph ??= new StepGraph(_steps), step, artifact);
    }
}
