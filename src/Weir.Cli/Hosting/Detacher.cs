using System.Diagnostics;
using System.Globalization;

namespace Weir.Cli.Hosting;

/// <summary>Starts this program again in a session of its own and waits until it serves its folder.</summary>
internal sealed class Detacher(CliHost host, string folder)
{
    // arguments travel as arguments: nothing of them is read by the shell
    private const string Script = "log=$1; shift; setsid \"$@\" >>\"$log\" 2>&1 </dev/null & echo $!";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public string LogFile => Path.Combine(folder, "weir.log");

    public async Task<PidFile> StartAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var before = File.Exists(LogFile) ? new FileInfo(LogFile).Length : 0;
        var process = await SpawnAsync(arguments, cancellationToken);
        using var late = new CancellationTokenSource(Patience, host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        while (ProcessTable.StartOf(process) is not null)
        {
            if (PidFile.ReadAlive(folder) is { } file && file.Process == process) return file;
            if (late.IsCancellationRequested)
                throw new CliException(ExitCodes.TimedOut, $"not ready after {Patience.TotalSeconds} s; see {LogFile}");
            await Task.Delay(Look, host.Time, cancellationToken);
        }

        throw new CliException(ExitCodes.Error, $"it did not start:\n{TailAfter(before)}");
    }

    private async Task<int> SpawnAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var start =
            new ProcessStartInfo("/bin/sh")
            {
                UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = host.Folder,
            };
        string[] words = ["-c", Script, "sh", LogFile, Environment.ProcessPath!, .. arguments];
        foreach (var word in words) start.ArgumentList.Add(word);
        using var shell = Process.Start(start) ?? throw new CliException(ExitCodes.Error, "cannot start /bin/sh");
        var answer = await shell.StandardOutput.ReadLineAsync(cancellationToken);
        await shell.WaitForExitAsync(cancellationToken);
        return int.TryParse(answer, CultureInfo.InvariantCulture, out var process)
            ? process
            : throw new CliException(ExitCodes.Error, "cannot start a process in the background");
    }

    private string TailAfter(long offset)
    {
        if (!File.Exists(LogFile)) return "";
        using var log = File.OpenText(LogFile);
        log.BaseStream.Seek(offset, SeekOrigin.Begin);
        return string.Join('\n', log.ReadToEnd().TrimEnd().Split('\n').TakeLast(15));
    }
}
