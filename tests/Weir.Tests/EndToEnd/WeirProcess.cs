using System.Diagnostics;
using Weir.Cli.Hosting;

namespace Weir.Tests.EndToEnd;

/// <summary>The real executable with folders of its own; whatever it left running is stopped at the end.</summary>
internal sealed class WeirProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private IReadOnlyList<string> _command = [Path.Combine(AppContext.BaseDirectory, "weir")];

    public string Folder { get; } = Directory.CreateTempSubdirectory("weir-e2e-").FullName;

    public string Data => Path.Combine(Folder, "data");

    public WeirProcess()
    {
        // steps may run as users of their own, who must reach their workspaces
        File.SetUnixFileMode(
            Folder, File.GetUnixFileMode(Folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    /// <summary>Over what this process has.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>From now on it is started by another program, and from another place.</summary>
    public void RunAs(IReadOnlyList<string> prefix, string executable) => _command = [.. prefix, executable];

    public async Task<WeirResult> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(StartOf(arguments))!;
        using var late = new CancellationTokenSource(Patience, TimeProvider.System);
        var output = process.StandardOutput.ReadToEndAsync(late.Token);
        var error = process.StandardError.ReadToEndAsync(late.Token);
        await process.WaitForExitAsync(late.Token);
        return new WeirResult(process.ExitCode, await output, await error);
    }

    /// <summary>Starts what goes on until it is ended, which the test has to see to.</summary>
    public BackgroundProcess Spawn(params string[] arguments) => new(StartOf(arguments));

    /// <summary>The same, started by another command (which takes its name and arguments at its end).</summary>
    public BackgroundProcess SpawnBy(IReadOnlyList<string> command, params string[] arguments)
    {
        var start = StartOf(arguments);
        foreach (var word in command.Skip(1).Append(start.FileName).Reverse()) start.ArgumentList.Insert(0, word);
        start.FileName = command[0];
        return new BackgroundProcess(start);
    }

    /// <summary>Starts controller and agent in the background, at any free port.</summary>
    public async Task<PidFile> UpAsync()
    {
        var up = await RunAsync("up", "--detach", "--port", "0");
        Assert.True(up.Code == 0, up.Error);
        return PidFile.ReadAlive(Data)!;
    }

    /// <summary>A folder in which steps may write, whichever user they run as.</summary>
    public string OpenFolder(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)511);
        return folder;
    }

    public void Write(string name, string text) => File.WriteAllText(Path.Combine(Folder, name), text);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("down");
        if (PidFile.ReadAlive(Data) is { } left) Process.GetProcessById(left.Process).Kill(entireProcessTree: true);
        Directory.Delete(Folder, recursive: true);
    }

    private ProcessStartInfo StartOf(string[] arguments)
    {
        var start = new ProcessStartInfo(_command[0], [.. _command.Skip(1), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(Folder, "config");
        start.Environment["WEIR_DATA_DIR"] = Data;
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        return start;
    }
}

internal sealed record WeirResult(int Code, string Output, string Error);
