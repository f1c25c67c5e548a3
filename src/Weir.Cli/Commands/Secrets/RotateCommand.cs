using System.CommandLine;
using Weir.Contracts.Json;
using Weir.Contracts.Secrets;

namespace Weir.Cli.Commands.Secrets;

internal static class RotateCommand
{
    public static Command Create(CommandContext context)
    {
        var all = new Option<bool>("--all") { Description = "In all namespaces; needs the role admin." };
        return context.Asks(
            new Command("rotate", "Seal secrets with the first master key of the controller's key file; steps go on.")
            {
                all,
            },
            async (call, cancellationToken) =>
            {
                var done = await call.Client.Secrets.RotateAsync(call.Value(all), cancellationToken);
                call.Printer.Write(done, WeirJson.Default.RotateSecretsResponse, Lines);
                return done.Unopened.Count == 0 ? ExitCodes.Ok : ExitCodes.Error;
            });
    }

    private static IEnumerable<string> Lines(RotateSecretsResponse done)
    {
        yield return $"{done.Rotated} sealed anew; all but what follows are sealed with the key {done.KeyId}";
        foreach (var name in done.Unopened) yield return $"no key opens {name}: set it anew";
    }
}
