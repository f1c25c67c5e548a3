using System.CommandLine;
using Weir.Cli.Help;

namespace Weir.Cli;

/// <summary>Parses the arguments, runs the verb they name and returns its exit code.</summary>
internal static class CommandLine
{
    // @latest names a run; it is no file of arguments
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    public static async Task<int> RunAsync(string[] arguments, CliHost host, CancellationToken cancellationToken)
    {
        var root = CommandTree.Build(host, arguments);
        var parse = root.Parse(arguments, Parsing);
        if (parse.Action is not HelpPrinter && parse.Errors.Count > 0) return Misused(host, parse);
        var configuration = new InvocationConfiguration
        {
            Output = host.Output,
            Error = host.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return await parse.InvokeAsync(configuration, cancellationToken);
    }

    private static int Misused(CliHost host, ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        if (command.Subcommands.Count > 0 && parse.UnmatchedTokens.Count == 0 && command.Action is null)
        {
            host.Error.Write(HelpText.Of(command));
            return ExitCodes.Usage;
        }

        // a wrong word also counts as a missing verb: one message is enough
        var messages = parse.UnmatchedTokens.Count > 0
            ? parse.UnmatchedTokens.Select(word => $"'{word}' is not known here")
            : parse.Errors.Select(error => error.Message).Distinct();
        foreach (var message in messages) host.Error.WriteLine($"weir: {message}");
        foreach (var word in parse.UnmatchedTokens)
        {
            if (Nearest(word, command) is { } meant) host.Error.WriteLine($"weir: did you mean '{meant}'?");
        }

        host.Error.WriteLine($"see '{HelpText.PathOf(command)} --help'");
        return ExitCodes.Usage;
    }

    private static string? Nearest(string word, Command command) =>
        command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name)
            .Concat(command.Options.Select(option => option.Name))
            .Select(name => (Name: name, Distance: EditDistance.Between(word, name)))
            .Where(candidate => candidate.Distance <= Math.Max(1, candidate.Name.Length / 3))
            .OrderBy(candidate => candidate.Distance)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
}
