using System.CommandLine;
using Weir.Cli.Connecting;

namespace Weir.Cli.Commands.Contexts;

internal static class UseCommand
{
    public static Command Create(CommandContext context)
    {
        var name = new Argument<string>("name") { Description = "The context's name." };
        return context.Does(
            new Command("use", "Make a context the current one.") { name },
            (invocation, _) =>
            {
                var file = ContextFile.Load(invocation.Host);
                var chosen = invocation.Value(name);
                if (!file.Contexts.ContainsKey(chosen))
                    throw new CliException(
                        ExitCodes.NotFound, $"there is no context '{chosen}'; `weir context list` shows them");
                (file with { Current = chosen }).Save(invocation.Host);
                invocation.Host.Error.WriteLine($"using '{chosen}', {file.Contexts[chosen].Url}");
                return Task.FromResult(ExitCodes.Ok);
            });
    }
}
