using System.CommandLine;
using Weir.Engine.Definitions;

namespace Weir.Cli.Commands.Tools;

internal static class SchemaCommand
{
    public static Command Create(CommandContext context)
    {
        var of = new Argument<string>("of") { Description = "flow: the schema of weir.yml." };
        of.AcceptOnlyFromAmong("flow");
        return context.Does(
            new Command("schema", "Print a JSON Schema for editors.") { of },
            (invocation, _) =>
            {
                invocation.Host.Output.Write(FlowSchema.Text.TrimEnd('\n') + "\n");
                return Task.FromResult(ExitCodes.Ok);
            });
    }
}
