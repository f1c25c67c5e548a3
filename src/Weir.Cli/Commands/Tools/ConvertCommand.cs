using System.CommandLine;
using Weir.Cli.Output;
using Weir.Engine.Definitions;

namespace Weir.Cli.Commands.Tools;

/// <summary>
/// Prints the same flow in the native format; what was changed or has no effect stands in comments there.
/// </summary>
internal static class ConvertCommand
{
    public static Command Create(CommandContext context)
    {
        var file = new Argument<string>("file") { Description = "A flow file of any format; - reads the standard input." };
        var to = new Option<string>("--to")
        {
            Description = "The format to print: weir.", HelpName = "FORMAT", DefaultValueFactory = _ => "weir",
        };
        to.AcceptOnlyFromAmong("weir");
        return context.Does(
            new Command("convert", "Print a flow file of another format as a native one.") { file, to },
            (invocation, cancellationToken) => RunAsync(invocation, invocation.Value(file)!, cancellationToken));
    }

    private static async Task<int> RunAsync(Invocation invocation, string path, CancellationToken cancellationToken)
    {
        var file = await FlowFile.ReadAsync(invocation.Host, path, cancellationToken);
        var converted = FlowReader.Convert(file.Text, file.Name);
        if (converted.Text is { } text)
        {
            invocation.Host.Output.Write(text);
            return ExitCodes.Ok;
        }

        ProblemList.Write(invocation.Host.Error, converted.Problems, file.Name);
        return ExitCodes.Usage;
    }
}
