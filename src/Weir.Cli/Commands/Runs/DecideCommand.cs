using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Contracts.Json;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;

namespace Weir.Cli.Commands.Runs;

/// <summary><c>approve</c> and <c>reject</c>.</summary>
internal static class DecideCommand
{
    public static Command Create(CommandContext context, bool approve)
    {
        var handle = RunCommand.Handle();
        var step = new Argument<string?>("step")
        {
            Description = "The step that asks; may be left out when only one does.", Arity = ArgumentArity.ZeroOrOne,
        };
        var comment = new Option<string?>("--comment")
        {
            Description = "Kept with the decision; later steps see it.", HelpName = "TEXT",
        };
        var command = approve
            ? new Command("approve", "Approve a step that asks for it.") { handle, step, comment }
            : new Command("reject", "Reject a step that asks for an approval; it fails by it.") { handle, step, comment };
        return context.Asks(command, async (call, cancellationToken) =>
        {
            var run = call.Value(handle);
            var name = call.Value(step) ?? await OnlyAskingAsync(call, run, cancellationToken);
            var said = call.Value(comment);
            var view = approve
                ? await call.Client.Runs.ApproveAsync(run, name, said, cancellationToken)
                : await call.Client.Runs.RejectAsync(run, name, said, cancellationToken);
            var done = approve ? "approved" : "rejected";
            call.Printer.Write(view, WeirJson.Default.RunView, answer => [$"{name} of {answer.Handle} was {done}"]);
            return ExitCodes.Ok;
        });
    }

    private static async Task<string> OnlyAskingAsync(
        ControllerCall call, string run, CancellationToken cancellationToken)
    {
        var view = await call.Client.Runs.GetAsync(run, cancellationToken);
        var asking = (view.Steps ?? []).Where(IsAsking).Select(step => step.Name).ToList();
        return asking switch
        {
            [var only] => only,
            [] => throw new CliException(ExitCodes.Conflict, $"no step of {view.Handle} waits for an approval"),
            _ => throw CliException.Usage($"several steps wait, name one: {string.Join(", ", asking)}"),
        };
    }

    private static bool IsAsking(StepView step) => step.Approval is { Approved: null } && !step.Status.IsFinal();
}
