using System.CommandLine;
using Weir.Contracts.Json;

namespace Weir.Cli.Commands.Secrets;

internal static class SetCommand
{
    private const int MostCharacters = 1 << 20;

    public static Command Create(CommandContext context)
    {
        var name = new Argument<string>("name") { Description = "Its name: the variable that steps get it in." };
        var file = new Option<string?>("--from-file")
        {
            Description = "Read the value from a file; without it from the input, as in `pass show x | weir secret set X`.",
            HelpName = "PATH",
        };
        return context.Asks(
            new Command("set", "Set a secret. One line feed at its end is no part of it.") { name, file },
            async (call, cancellationToken) =>
            {
                var text = call.Value(file) is { } path
                    ? await ReadFileAsync(Path.GetFullPath(path, call.Host.Folder), cancellationToken)
                    : await ReadInputAsync(call.Host.Input, cancellationToken);
                var view = await call.Client.Secrets.SetAsync(call.Value(name), text, cancellationToken);
                call.Printer.Write(
                    view, WeirJson.Default.SecretView, secret => [$"secret {secret.Name} set (revision {secret.Revision})"]);
                return ExitCodes.Ok;
            });
    }

    private static async Task<string> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return WithoutLineFeed(await File.ReadAllTextAsync(path, cancellationToken));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Error, e.Message);
        }
    }

    private static async Task<string> ReadInputAsync(TextReader input, CancellationToken cancellationToken)
    {
        var buffer = new char[MostCharacters + 1];
        var length = await input.ReadBlockAsync(buffer, cancellationToken);
        if (length > MostCharacters) throw new CliException(ExitCodes.Usage, "the input is too long for a secret");
        return WithoutLineFeed(new string(buffer, 0, length));
    }

    private static string WithoutLineFeed(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
}
