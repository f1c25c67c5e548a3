using System.CommandLine;
using Weir.Cli.Commands.Agents;
using Weir.Cli.Commands.Contexts;
using Weir.Cli.Commands.Events;
using Weir.Cli.Commands.Flows;
using Weir.Cli.Commands.Hosts;
using Weir.Cli.Commands.Kinds;
using Weir.Cli.Commands.Nodes;
using Weir.Cli.Commands.Runs;
using Weir.Cli.Commands.Secrets;
using Weir.Cli.Commands.State;
using Weir.Cli.Commands.Tokens;
using Weir.Cli.Commands.Tools;

namespace Weir.Cli.Commands;

/// <summary>The words that may follow <c>weir</c>, in the order in which help shows them.</summary>
internal static class CommandTable
{
    public static IReadOnlyList<Noun> Nouns { get; } =
    [
        new("up", "Start controller and agent in one process.", UpCommand.Create),
        new("down", "Stop what `weir up --detach` started.", DownCommand.Create),
        new("demo", "Run a small flow on a real repository, from start to end.", DemoCommand.Create),
        new("controller", "Start a controller.", ControllerCommand.Create),
        new("agent", "Start an agent, or look after agents.", AgentCommand.Create),
        new("lint", "Check flow files and tell all that is wrong with them.", LintCommand.Create),
        new("convert", "Print a flow file of another format as a native one.", ConvertCommand.Create),
        new("schema", "Print a JSON Schema for editors.", SchemaCommand.Create),
        new("flow", "Keep flows at the controller.", FlowCommand.Create),
        new("run", "Start runs and look at them.", RunCommand.Create),
        new("node", "Add to the data tree and look at it.", NodeCommand.Create),
        new("kind", "Say what the data of nodes must be.", KindCommand.Create),
        new("event", "Follow what changes.", EventCommand.Create),
        new("secret", "Keep secrets of a namespace; their values never come back.", SecretCommand.Create),
        new("token", "Look after tokens of people and programs.", TokenCommand.Create),
        new("context", "Remember controllers and choose between them.", ContextCommand.Create),
        new("migrate", "Move all state from SQLite to PostgreSQL, or back.", MigrateCommand.Create),
        new("backup", "Write all that a controller keeps into a folder, while it runs.", BackupCommand.Create),
        new("restore", "Put a backup into an empty place.", RestoreCommand.Create),
        new("doctor", "Check this machine and the way to the controller.", DoctorCommand.Create),
        new("completion", "Print the completion script of a shell.", CompletionCommand.Create),
        new("version", "Print the version of this program and of the controller.", VersionCommand.Create),
        new("help", "Print the help of all commands as one page.", HelpCommand.Create) { Hidden = true },
    ];
}

internal sealed record Noun(string Name, string Description, Func<CommandContext, Command> Make)
{
    public bool Hidden { get; init; }
}
