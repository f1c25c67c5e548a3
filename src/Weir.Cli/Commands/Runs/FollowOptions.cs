using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Cli.Following;
using Weir.Contracts.Json;
using Weir.Contracts.Runs;

namespace Weir.Cli.Commands.Runs;

/// <summary>What a command that sets a run going does with it then.</summary>
internal sealed class FollowOptions
{
    private readonly Option<bool> _follow = new("--follow") { Description = "Show logs and steps until the run ends." };

    private readonly Option<bool> _exitStatus = new("--exit-status")
    {
        Description = "Wait for the end; exit 3 unless the run ends in success.",
    };

    private readonly Option<string?> _timeout = new("--timeout")
    {
        Description = "Wait no longer; exit 7 then. The run goes on.", HelpName = "DURATION",
    };

    public IReadOnlyList<Option> All => [_follow, _exitStatus, _timeout];

    public bool AreGiven(ControllerCall call) => call.Value(_follow) || call.Value(_exitStatus);

    /// <summary>
    /// Follows the run to its end when that was asked for, and prints <paramref name="told"/> when not.
    /// </summary>
    /// <returns>The exit code.</returns>
    public async Task<int> FollowAsync(
        ControllerCall call, RunView run, IEnumerable<string> told, CancellationToken cancellationToken)
    {
        if (!AreGiven(call))
        {
            call.Printer.Write(run, WeirJson.Default.RunView, _ => told);
            return ExitCodes.Ok;
        }

        var view = new FollowView { Logs = call.Value(_follow), Quiet = !call.Value(_follow) };
        var limit = Given.Duration("--timeout", call.Value(_timeout));
        var ended = await RunFollower.FollowAsync(call, run, view, limit, cancellationToken);
        return call.Value(_exitStatus) ? ExitCodes.Of(ended) : ExitCodes.Ok;
    }
}
