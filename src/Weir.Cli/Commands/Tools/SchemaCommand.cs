using System.CommandLine;

namespace Weir.Cli.Commands.Tools;

internal static class SchemaCommand
{
    public static Command Create(CommandContext context) =>
        context.Does(new Command("schema", "?"), (_, _) => throw new NotSupportedException());
}
