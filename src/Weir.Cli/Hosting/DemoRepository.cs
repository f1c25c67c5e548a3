namespace Weir.Cli.Hosting;

/// <summary>A small git repository with something to build and to test.</summary>
internal sealed class DemoRepository(string folder)
{
    private const UnixFileMode Executable =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const string Build = """
        #!/bin/sh
        set -eu
        cp greet.sh "$1/greet"
        git log -1 --format=%h > "$1/VERSION"
        echo "built greet at $(cat "$1/VERSION")"

        """;

    private const string Test = """
        #!/bin/sh
        set -eu
        greet=$(find "$1" -name greet)
        [ "$(sh "$greet")" = 'hello, world' ]
        [ "$(sh "$greet" weir)" = 'hello, weir' ]
        echo '2 tests passed'

        """;

    private static readonly (string Name, string Text)[] Files =
    [
        ("README.md", "# Greeter\n\nGreets whoever is named.\n"),
        ("greet.sh", "#!/bin/sh\necho \"hello, ${1:-world}\"\n"),
        ("build.sh", Build),
        ("test.sh", Test),
    ];

    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, text) in Files)
        {
            var path = Path.Combine(folder, name);
            await File.WriteAllTextAsync(path, text, cancellationToken);
            if (Path.GetExtension(name) == ".sh") File.SetUnixFileMode(path, File.GetUnixFileMode(path) | Executable);
        }

        await GitAsync(["init", "--quiet", "--initial-branch=main", "."], cancellationToken);
        await GitAsync(["add", "--all"], cancellationToken);
        await GitAsync(["config", "user.name", "Weir demo"], cancellationToken);
        await GitAsync(["config", "user.email", "demo@localhost"], cancellationToken);
        await GitAsync(["config", "commit.gpgsign", "false"], cancellationToken);
        await GitAsync(["commit", "--quiet", "-m", "Greet the world"], cancellationToken);
    }

    private Task<string> GitAsync(string[] arguments, CancellationToken cancellationToken) =>
        new GitProgram(folder).RunAsync(arguments, cancellationToken);
}
