using System.CommandLine;
using System.CommandLine.Invocation;

namespace Weir.Cli.Help;

/// <summary>What <c>--help</c> does.</summary>
internal sealed class HelpPrinter(CliHost host) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        host.Output.Write(HelpText.Of(parseResult.CommandResult.Command));
        return ExitCodes.Ok;
    }
}
