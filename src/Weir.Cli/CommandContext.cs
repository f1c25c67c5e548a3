using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Cli.Output;

namespace Weir.Cli;

/// <summary>What every command is made with.</summary>
internal sealed record CommandContext(CliHost Host, GlobalOptions Options)
{
    /// <summary>Gives a command its work; exceptions become messages and exit codes.</summary>
    public Command Does(Command command, Func<Invocation, CancellationToken, Task<int>> body)
    {
        command.SetAction((parse, cancellationToken) =>
            Boundary.RunAsync(Host, () => body(new Invocation(this, parse), cancellationToken)));
        return command;
    }

    /// <summary>The same for a command that asks a controller.</summary>
    public Command Asks(Command command, Func<ControllerCall, CancellationToken, Task<int>> body) =>
        Does(command, async (invocation, cancellationToken) =>
        {
            using var call = new ControllerCall(invocation);
            return await body(call, cancellationToken);
        });
}

/// <summary>One use of a command: its arguments and where its output goes.</summary>
internal sealed class Invocation(CommandContext context, ParseResult parse)
{
    public CliHost Host { get; } = context.Host;
    public GlobalOptions Options { get; } = context.Options;
    public ParseResult Parse { get; } = parse;

    public OutputFormat Format => Value(Options.Format);

    public Palette Palette => new(Host.IsTerminal && Host.Setting("NO_COLOR") is null && !Value(Options.NoColor));

    public Printer Printer => new(Host, Format, Palette);

    public T? Value<T>(Option<T> option) => Parse.GetValue(option);

    public T Value<T>(Argument<T> argument) => Parse.GetValue(argument)!;
}
