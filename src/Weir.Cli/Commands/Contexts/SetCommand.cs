using System.CommandLine;
using Weir.Cli.Connecting;

namespace Weir.Cli.Commands.Contexts;

internal static class SetCommand
{
    public static Command Create(CommandContext context)
    {
        var name = new Argument<string>("name") { Description = "The context's name." };
        return context.Does(
            new Command("set", "Add or change a context, from --addr, --token (- reads it) and --namespace.") { name },
            async (invocation, cancellationToken) =>
            {
                var host = invocation.Host;
                var file = ContextFile.Load(host);
                var before = file.Contexts.GetValueOrDefault(invocation.Value(name));
                var url = invocation.Value(invocation.Options.Address) ?? before?.Url
                    ?? throw CliException.Usage("--addr is needed for a new context");
                var token = invocation.Value(invocation.Options.Token);
                if (token == "-") token = (await host.Input.ReadLineAsync(cancellationToken))?.Trim();
                var after = new ControllerContext(string.Join(',', Endpoint.ParseAll(url).Select(Endpoint.Show)))
                {
                    Token = token ?? before?.Token,
                    Namespace = invocation.Value(invocation.Options.Namespace) ?? before?.Namespace,
                };
                file.With(invocation.Value(name), after).Save(host);
                host.Error.WriteLine($"context '{invocation.Value(name)}' is {after.Url}");
                return ExitCodes.Ok;
            });
    }
}
