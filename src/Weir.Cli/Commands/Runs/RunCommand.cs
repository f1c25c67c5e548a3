using System.CommandLine;

namespace Weir.Cli.Commands.Runs;

internal static class RunCommand
{
    public static Command Create(CommandContext context) => new("run", "Start runs and look at them.")
    {
        StartCommand.Create(context),
        ListCommand.Create(context),
        GetCommand.Create(context),
        WatchCommand.Create(context),
        CancelCommand.Create(context),
        DecideCommand.Create(context, approve: true),
        DecideCommand.Create(context, approve: false),
        LogsCommand.Create(context),
        ExplainCommand.Create(context),
        ArtifactsCommand.Create(context),
        ResultCommand.Create(context),
        SummaryCommand.Create(context),
        DeleteCommand.Create(context),
    };

    public static Argument<string> Handle() => new("run")
    {
        Description = "Its id, a unique suffix of it, flow#7, @latest or @latest:flow.",
    };
}
