using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Contracts.Json;
using Weir.Contracts.Retention;
using Weir.Contracts.Text;

namespace Weir.Cli.Commands.Retentions;

internal static class RetentionCommand
{
    private const string ForEver = "forever";

    public static Command Create(CommandContext context) =>
        new("retention", "Say how long a namespace keeps what its runs left.")
        {
            Get(context),
            Set(context),
            Reports(
                context, "preview", "Tell what would go now.", "would go",
                (call, token) => call.Client.Retention.PreviewAsync(token)),
            Reports(
                context, "run", "Let go now what is not kept, without waiting for the controller's next turn.", "went",
                (call, token) => call.Client.Retention.RunAsync(token)),
        };

    private static Command Get(CommandContext context) => context.Asks(
        new Command("get", "Show how long everything is kept."),
        async (call, cancellationToken) =>
        {
            Write(call, await call.Client.Retention.GetAsync(cancellationToken));
            return ExitCodes.Ok;
        });

    private static Command Set(CommandContext context)
    {
        var runs = Time("--runs", "Runs with all that belongs to them, after their end");
        var logs = Time("--logs", "Logs, after the end of their run");
        var artifacts = Time("--artifacts", "Artifacts and stored workspaces, after the end of their run");
        return context.Asks(
            new Command("set", "Change how long something is kept; what is not named stays.") { runs, logs, artifacts },
            async (call, cancellationToken) =>
            {
                if (call.Value(runs) is null && call.Value(logs) is null && call.Value(artifacts) is null)
                    throw CliException.Usage("give at least one of --runs, --logs and --artifacts");
                var known = await call.Client.Retention.GetAsync(cancellationToken);
                var policy = new RetentionPolicy
                {
                    Runs = Read(call, runs, known.Runs),
                    Logs = Read(call, logs, known.Logs),
                    Artifacts = Read(call, artifacts, known.Artifacts),
                };
                Write(call, await call.Client.Retention.SetAsync(policy, cancellationToken));
                return ExitCodes.Ok;
            });
    }

    private static Command Reports(
        CommandContext context, string verb, string description, string past,
        Func<ControllerCall, CancellationToken, Task<RetentionReport>> ask) => context.Asks(
        new Command(verb, description),
        async (call, cancellationToken) =>
        {
            var report = await ask(call, cancellationToken);
            call.Printer.Write(report, WeirJson.Default.RetentionReport, told =>
            [
                Line("runs", told.Runs, past),
                Line("logs of runs", told.Logs, past),
                Line("artifacts of runs", told.Artifacts, past),
                .. told.More ? (string[])["there is more; it goes in later turns"] : [],
            ]);
            return ExitCodes.Ok;
        });

    private static string Line(string what, IReadOnlyList<string> runs, string past)
    {
        const int Most = 10;
        var named = string.Join(", ", runs.Take(Most)) + (runs.Count > Most ? " …" : "");
        return $"{what} that {past}: {runs.Count}{(runs.Count == 0 ? "" : $" ({named})")}";
    }

    private static Option<string?> Time(string name, string what) => new(name)
    {
        Description = $"{what}: a time such as 90d, or {ForEver}.", HelpName = "TIME",
    };

    private static TimeSpan? Read(ControllerCall call, Option<string?> option, TimeSpan? known) =>
        call.Value(option) switch
        {
            null => known,
            ForEver => null,
            var text => Given.Duration(option.Name, text),
        };

    private static void Write(ControllerCall call, RetentionPolicy policy) => call.Printer.Write(
        policy, WeirJson.Default.RetentionPolicy, kept =>
        [
            $"runs       {Show(kept.Runs)}",
            $"logs       {Show(kept.Logs)}",
            $"artifacts  {Show(kept.Artifacts)}",
        ]);

    private static string Show(TimeSpan? time) => time is { } limited ? Duration.Format(limited) : ForEver;
}
