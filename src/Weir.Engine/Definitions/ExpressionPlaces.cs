using Weir.Engine.Concurrency;
using Weir.Engine.Expressions;
using Weir.Engine.Running;

namespace Weir.Engine.Definitions;

/// <summary>Checks every expression of a flow against what is known where it stands.</summary>
internal sealed class ExpressionPlaces(FlowDefinition flow, StepGraph graph, FlowPlaces places, ProblemList problems)
{
    private readonly IReadOnlyDictionary<string, IReadOnlyCollection<string>?> _outputs = OutputsOf(flow);

    private ExpressionNames FlowNames => new() { Params = [.. flow.Params.Select(p => p.Name)] };

    public void Check()
    {
        var names = FlowNames with { NoSteps = "this is the same for every step" };
        Check(flow.Image, names, "image");
        foreach (var (key, value) in flow.Env) Check(value, names, "env", key);
        names = FlowNames with { NoSteps = "the source comes before all steps" };
        Check(flow.Source?.Git, names, "source", "git");
        Check(flow.Source?.Ref, names, "source", "ref");
        Check(flow.Source?.Image, names, "source", "image");
        Check(flow.Source?.Path, names, "source", "path");
        names = FlowNames with { NoSteps = "the group is asked before any step", RunFields = GroupName.RunFields };
        Check(flow.Concurrency?.Group, names, "concurrency", "group");
        for (var i = 0; i < flow.Steps.Length; i++) CheckStep(flow.Steps[i], i);
    }

    private void CheckStep(StepDefinition step, int i)
    {
        var ended = graph.AncestorsOf(i);
        if (flow.Source is not null) ended = ended.Add(Checkout.StepName);
        var names = FlowNames with
        {
            Steps = _outputs,
            EndedSteps = ended,
            Matrix = step.Matrix?.Names ?? [],
            MatrixSteps = [.. flow.Steps.Where(s => s.Matrix is not null).Select(s => s.Name)],
        };
        foreach (var problem in Condition.Check(step.When, names)) Report(problem, "steps", i, "when");
        Check(step.Image, names, "steps", i, "image");
        Check(step.Approval?.Message, names, "steps", i, "approve", "message");
        Check(step.Workdir, names, "steps", i, "workdir");
        foreach (var (key, value) in step.Env) Check(value, names, "steps", i, "env", key);
        foreach (var (key, value) in step.Labels) CheckLabel(value, names, i, key);
        foreach (var (j, artifact) in step.Artifacts.Index())
        {
            Check(artifact.Name, names, "steps", i, "artifacts", j, "name");
            Check(artifact.Path, names, "steps", i, "artifacts", j, "path");
        }

        foreach (var (j, resource) in step.Resources.Index())
        {
            Check(resource.Name, names, "steps", i, "resources", j, "name");
            Check(resource.Path, names, "steps", i, "resources", j, "path");
        }
    }

    private void CheckLabel(string value, ExpressionNames names, int step, string key)
    {
        Check(value, names, "steps", step, "labels", key);
        if (!Template.IsConstant(value) && !Template.IsOfMatrix(value))
            problems.Add(
                $"steps[{step}].labels.{key}", places.Of("steps", step, "labels", key),
                "in a label only `matrix` may stand: where a step runs is settled when its run begins");
    }

    private void Check(string? template, ExpressionNames names, params ReadOnlySpan<object> path)
    {
        if (template is null) return;
        foreach (var problem in Template.Check(template, names)) Report(problem, path);
    }

    private void Report(ExpressionProblem problem, params ReadOnlySpan<object> path)
    {
        var written = "";
        foreach (var part in path)
            written = part is int index ? TreePath.Item(written, index) : TreePath.Key(written, (string)part);
        problems.Add(written, places.Of(problem.Position, path), problem.Message);
    }

    private static Dictionary<string, IReadOnlyCollection<string>?> OutputsOf(FlowDefinition flow)
    {
        var outputs = new Dictionary<string, IReadOnlyCollection<string>?>();
        foreach (var step in flow.Steps)
            outputs.TryAdd(step.Name, step.Approval is null ? step.Outputs : Approvals.Outputs);
        if (flow.Source is not null) outputs.TryAdd(Checkout.StepName, Checkout.Outputs);
        return outputs;
    }
}
