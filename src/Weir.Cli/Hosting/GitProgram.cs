using System.Diagnostics;

namespace Weir.Cli.Hosting;

/// <summary>The program <c>git</c>, in a folder.</summary>
internal sealed class GitProgram(string folder)
{
    /// <summary>Variables for it beside this process's own.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>What it printed. Throws a <see cref="CliException"/> with its words when it fails.</summary>
    public async Task<string> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var (code, output, error) = await TryAsync(arguments, cancellationToken);
        return code == 0
            ? output
            : throw new CliException(ExitCodes.Error, $"git {arguments[0]}: {error.Trim()}");
    }

    public async Task<(int Code, string Output, string Error)> TryAsync(
        string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Variables) start.Environment[name] = value;
        try
        {
            using var git = Process.Start(start)!;
            var output = git.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = git.StandardError.ReadToEndAsync(cancellationToken);
            await git.WaitForExitAsync(cancellationToken);
            return (git.ExitCode, (await output).Trim(), await error);
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new CliException(ExitCodes.Error, "this needs git; `weir doctor` says how to get it", missing);
        }
    }
}
