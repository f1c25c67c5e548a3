using System.CommandLine;
using System.Text.Json;
using Weir.Cli.Commands.Tools;
using Weir.Cli.Connecting;
using Weir.Cli.Following;
using Weir.Cli.Output;
using Weir.Contracts.Client;
using Weir.Contracts.Json;
using Weir.Contracts.Runs;

namespace Weir.Cli.Commands.Runs;

internal static class StartCommand
{
    public static Command Create(CommandContext context)
    {
        var options = new StartOptions();
        var command = new Command("start", "Start a run of a stored flow, or of a flow file.") { options.Flow };
        foreach (var option in options.All) command.Add(option);
        return context.Asks(command, async (call, cancellationToken) =>
        {
            var request = await options.RequestAsync(call, cancellationToken);
            var run = await SendAsync(call, request, cancellationToken);
            if (!call.Value(options.Follow) && !call.Value(options.ExitStatus))
            {
                call.Printer.Write(run, WeirJson.Default.RunView, started => [started.Handle]);
                return ExitCodes.Ok;
            }

            var ended = await FollowAsync(call, run, options, cancellationToken);
            return call.Value(options.ExitStatus) ? ExitCodes.Of(ended) : ExitCodes.Ok;
        });
    }

    private static async Task<RunView> FollowAsync(
        ControllerCall call, RunView run, StartOptions options, CancellationToken cancellationToken)
    {
        var view = new FollowView { Logs = call.Value(options.Follow), Quiet = !call.Value(options.Follow) };
        var limit = Given.Duration("--timeout", call.Value(options.Timeout));
        return await RunFollower.FollowAsync(call, run, view, limit, cancellationToken);
    }

    private static async Task<RunView> SendAsync(
        ControllerCall call, StartRunRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var started = await call.Client.Runs.StartAsync(request, cancellationToken);
            foreach (var warning in started.Warnings) call.Host.Error.WriteLine($"warning: {warning}");
            if (started.Existing)
                call.Host.Error.WriteLine($"{started.Run.Handle} was started before with this idempotency key");
            return started.Run;
        }
        catch (WeirApiException refusal) when (refusal.Problems.Count > 0)
        {
            ProblemList.Write(call.Host.Error, refusal.Problems, request.File);
            throw new CliException(ExitCodes.Of(refusal), $"no run was started ({refusal.Code})", refusal);
        }
    }
}

/// <summary>The options of <c>run start</c>.</summary>
internal sealed class StartOptions
{
    public Argument<string?> Flow { get; } = new("flow")
    {
        Description = "The stored flow's name; leave it out with --file.", Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<string?> File { get; } = new("--file", "-f")
    {
        Description = "Run this flow file, of any format; - reads the standard input.", HelpName = "FILE",
    };

    public Option<string[]> Params { get; } = new("--param", "-p")
    {
        Description = "A parameter; may be given again.", HelpName = "NAME=VALUE",
    };

    public Option<int?> Revision { get; } =
        new("--revision") { Description = "The newest unless given.", HelpName = "N" };

    public Option<string?> Runtime { get; } = new("--runtime")
    {
        Description = "Run every step in this runtime: docker, process or fake.", HelpName = "NAME",
    };

    public Option<int> Priority { get; } = new("--priority")
    {
        Description = "Larger is sooner, within the namespace; -100 to 100.", HelpName = "N",
    };

    public Option<string?> Key { get; } = new("--idempotency-key")
    {
        Description = "The same key starts the run once, however often it is asked.", HelpName = "KEY",
    };

    public Option<bool> Follow { get; } = new("--follow") { Description = "Show logs and steps until the run ends." };

    public Option<bool> ExitStatus { get; } = new("--exit-status")
    {
        Description = "Wait for the end; exit 3 unless the run ends in success.",
    };

    public Option<string?> Timeout { get; } = new("--timeout")
    {
        Description = "Wait no longer; exit 7 then. The run goes on.", HelpName = "DURATION",
    };

    public IReadOnlyList<Option> All => [File, Params, Revision, Runtime, Priority, Key, Follow, ExitStatus, Timeout];

    public async Task<StartRunRequest> RequestAsync(ControllerCall call, CancellationToken cancellationToken)
    {
        var path = call.Value(File);
        var flow = call.Value(Flow);
        if (path is null == flow is null) throw CliException.Usage("give either a flow's name or --file FILE");
        var file = path is null ? null : await FlowFile.ReadAsync(call.Host, path, cancellationToken);
        return new StartRunRequest
        {
            Flow = flow,
            Definition = file?.Text,
            File = file?.Name,
            Revision = call.Value(Revision),
            Params = Given.Pairs("--param", call.Value(Params)).ToDictionary(
                pair => pair.Key, pair => JsonText(pair.Value)),
            Runtime = call.Value(Runtime),
            Priority = call.Value(Priority),
            IdempotencyKey = call.Value(Key),
        };
    }

    // the planner turns texts into the types that the flow declares
    private static JsonElement JsonText(string value) =>
        JsonSerializer.SerializeToElement(value, TextJson.Default.String);
}
