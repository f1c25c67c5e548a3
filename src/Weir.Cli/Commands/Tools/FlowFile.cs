namespace Weir.Cli.Commands.Tools;

/// <summary>A flow file given on the command line; <c>-</c> is the standard input.</summary>
internal sealed record FlowFile(string Text, string Name)
{
    private const int MaxCharacters = 4 * 1024 * 1024;

    public static async Task<FlowFile> ReadAsync(CliHost host, string path, CancellationToken cancellationToken)
    {
        var name = path == "-" ? "stdin" : path;
        try
        {
            using var reader = path == "-" ? host.Input : new StreamReader(Path.Combine(host.Folder, path));
            var buffer = new char[MaxCharacters + 1];
            var length = await reader.ReadBlockAsync(buffer, cancellationToken);
            return length <= MaxCharacters
                ? new FlowFile(new string(buffer, 0, length), name)
                : throw CliException.Usage($"{name}: larger than {MaxCharacters / 1024 / 1024} MiB");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"{name}: {unreadable.Message}", unreadable);
        }
    }
}
