using System.Diagnostics;

namespace Weir.Cli.Hosting;

/// <summary>A small git repository with something to build and to test.</summary>
internal sealed class DemoRepository(string folder)
{
    private static readonly (string Name, string Text)[] Files =
    [
        ("README.md", "# Greeter\n\nGreets whoever is named.\n"),
        ("greet.sh", "#!/bin/sh\necho \"hello, ${1:-world}\"\n"),
        ("build.sh", "#!/bin/sh\nset -eu\ncp greet.sh \"$1/greet\"\ngit log -1 --format=%h > \"$1/VERSION\"\necho \"built $(ls \"$1\" | tr '\\n' ' ')\"\n"),
        ("test.sh", "#!/bin/sh\nset -eu\ngreet=$(find \"$1\" -name greet)\n[ \"$(sh \"$greet\")\" = 'hello, world' ]\n[ \"$(sh \"$greet\" weir)\" = 'hello, weir' ]\necho '2 tests passed'\n"),
    ];

    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, text) in Files)
        {
            var path = Path.Combine(folder, name);
            await File.WriteAllTextAsync(path, text, cancellationToken);
            if (name.EndsWith(".sh", StringComparison.Ordinal))
                File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        await GitAsync(["init", "--quiet", "--initial-branch=main", "."], cancellationToken);
        await GitAsync(["add", "--all"], cancellationToken);
        await GitAsync(
            ["-c", "user.name=Weir demo", "-c", "user.email=demo@localhost", "-c", "commit.gpgsign=false", "commit", "--quiet", "-m", "Greet the world"],
            cancellationToken);
    }

    private async Task GitAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("git") { WorkingDirectory = folder, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        try
        {
            using var git = Process.Start(start)!;
            var said = await git.StandardError.ReadToEndAsync(cancellationToken);
            await git.WaitForExitAsync(cancellationToken);
            if (git.ExitCode != 0) throw new CliException(ExitCodes.Error, $"git {arguments[0]}: {said.Trim()}");
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new CliException(ExitCodes.Error, "the demo needs git; `weir doctor` says how to get it", missing);
        }
    }
}
