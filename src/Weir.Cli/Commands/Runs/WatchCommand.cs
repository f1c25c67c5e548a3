using System.CommandLine;
using Weir.Cli.Following;

namespace Weir.Cli.Commands.Runs;

internal static class WatchCommand
{
    public static Command Create(CommandContext context)
    {
        var handle = RunCommand.Handle();
        var exitStatus = new Option<bool>("--exit-status") { Description = "Exit 3 unless the run ends in success." };
        var timeout =
            new Option<string?>("--timeout") { Description = "Wait no longer; exit 7 then.", HelpName = "DURATION" };
        return context.Asks(
            new Command("watch", "Show a run's steps as they change, until it ends.") { handle, exitStatus, timeout },
            async (call, cancellationToken) =>
            {
                var run = await call.Client.Runs.GetAsync(call.Value(handle), cancellationToken);
                var limit = Given.Duration("--timeout", call.Value(timeout));
                var ended = await RunFollower.FollowAsync(call, run, new FollowView(), limit, cancellationToken);
                return call.Value(exitStatus) ? ExitCodes.Of(ended) : ExitCodes.Ok;
            });
    }
}
