using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;

namespace Weir.Cli.Commands.Runs;

internal static class RetryCommand
{
    public static Command Create(CommandContext context)
    {
        var chosen = new RunSelection("retry", [RunStatus.Failed, RunStatus.Cancelled]);
        var scope = new RetryOptions();
        var after = new FollowOptions();
        var command = new Command(
            "retry", "Take a run up again that is over; what ended well is not done again.") { chosen.Run };
        IReadOnlyList<Option> options = [.. scope.All, .. chosen.Options, .. after.All];
        foreach (var option in options) command.Add(option);
        return context.Asks(command, async (call, cancellationToken) =>
        {
            var request = scope.Read(call);
            if (!chosen.IsOne(call))
            {
                if (after.AreGiven(call)) throw CliException.Usage("--selector follows no run: leave --follow out");
                return await chosen.EachAsync(
                    call, "retried", run => call.Client.Runs.RetryAsync(run.Id, request, cancellationToken),
                    cancellationToken);
            }

            var run = await call.Client.Runs.RetryAsync(call.Value(chosen.Run)!, request, cancellationToken);
            return await after.FollowAsync(call, run, [Tell(run)], cancellationToken);
        });
    }

    private static string Tell(RunView run)
    {
        var again = string.Join(", ", (run.Steps ?? []).Where(step => !step.Status.IsFinal()).Select(step => step.Name));
        return run.RetryOf is { } before && run.Round == 0
            ? $"{run.Handle} takes over from {before} and does: {(again.Length == 0 ? "nothing" : again)}"
            : $"{run.Handle} does again: {again}";
    }

    private sealed class RetryOptions
    {
        private readonly Option<string?> _from = new("--from")
        {
            Description = "Do this step and all after it again, too.", HelpName = "STEP",
        };

        private readonly Option<bool> _onlyFailed = new("--only-failed")
        {
            Description = "Leave alone what succeeded after a step that failed.",
        };

        private readonly Option<bool> _latest = new("--with-latest-flow")
        {
            Description = "Start a new run of the flow's newest revision; it takes over steps that are defined as before.",
        };

        public IReadOnlyList<Option> All => [_from, _onlyFailed, _latest];

        public RetryRunRequest Read(ControllerCall call) => new()
        {
            From = call.Value(_from), OnlyFailed = call.Value(_onlyFailed), WithLatestFlow = call.Value(_latest),
        };
    }
}
