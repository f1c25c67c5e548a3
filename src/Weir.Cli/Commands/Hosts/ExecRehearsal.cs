using Weir.Cli.Commands.Tools;
using Weir.Cli.Output;
using Weir.Engine.Definitions;
using Weir.Engine.Planning;
using Weir.Engine.Running;

namespace Weir.Cli.Commands.Hosts;

/// <summary>Tells what a run would do.</summary>
internal static class ExecRehearsal
{
    public static int Print(Invocation invocation, ExecOptions options, FlowFile file)
    {
        var flow = FlowReader.Read(file.Text, file.Name).Flow!;
        var inputs = new PlanInputs
        {
            Params = Given.Params("--param", invocation.Value(options.Params)),
            Runtime = invocation.Value(options.Executor),
        };
        var planned = Planner.Plan(flow, inputs);
        if (planned.Plan is not { } plan)
        {
            ProblemList.Write(invocation.Host.Error, planned.Problems, file.Name);
            return ExitCodes.Usage;
        }

        foreach (var step in Rehearsal.Of(plan, planned.Params))
        {
            var place = step.Image is { } image ? $"image {image}" : "no image";
            var where = step.Runtime is { } runtime ? $"{place}, runtime {runtime}" : place;
            invocation.Printer.Lines([$"{step.Name}: {(step.Runs ? "runs" : "does not run")}, {step.Why}", $"  {where}"]);
        }

        return ExitCodes.Ok;
    }
}
