using System.Diagnostics;
using System.Globalization;

namespace Weir.Bench;

/// <summary>A step's stdout into the controller's file, against copying the same stream to a file.</summary>
internal static class LogBenchmark
{
    private const long Bytes = 256L << 20;
    private const int Rounds = 5;

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("weir-log-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        var source = Path.Combine(folder, "source");
        await WriteLinesAsync(source, cancellationToken);
        await using var system = await BenchSystem.StartAsync(BenchSystem.Processes, 1, cancellationToken);
        var definition = $"name: log\nruntime: process\nsteps: [{{ name: s, env: {{ SOURCE: \"{source}\" }}, commands: ['cat \"$SOURCE\"'] }}]\n";
        var (ours, theirs) = (new List<double>(), new List<double>());
        await system.RunToEndAsync(definition, cancellationToken);
        for (var round = 0; round < Rounds; round++)
        {
            theirs.Add(
                await Medians.TimeAsync(() => CopyAsync(source, Path.Combine(folder, "copy"), cancellationToken)));
            ours.Add(await Medians.TimeAsync(() => system.RunToEndAsync(definition, cancellationToken)));
        }

        var memory = Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
        Directory.Delete(folder, recursive: true);
        var (own, copy) = (Rate(ours), Rate(theirs));
        return
        [
            new Figure(
                "log of a step", $"{own:0} MB/s", $"copy of the stream {copy:0} MB/s", own / copy, "≥ 0.7 ×",
                own / copy >= 0.7),
            new Figure("peak memory, controller and agent", $"{memory} MiB", "", null, "≤ 512 MiB", memory <= 512),
        ];
    }

    private static double Rate(List<double> milliseconds) => Bytes / 1e6 / (Medians.Of(milliseconds) / 1e3);

    private static async Task WriteLinesAsync(string path, CancellationToken cancellationToken)
    {
        var block = new byte[1 << 20];
        for (var i = 0; i < block.Length; i++) block[i] = (byte)(i % 100 == 99 ? '\n' : 'a' + (i % 23));
        await using var file = File.Create(path);
        for (
            var written = 0L; written < Bytes; written += block.Length) await file.WriteAsync(block, cancellationToken);
    }

    /// <summary>
    /// As a step's log would be taken by hand: the stream through a pipe into a file, flushed to disk.
    /// </summary>
    private static async Task CopyAsync(string source, string target, CancellationToken cancellationToken)
    {
        var start =
            new ProcessStartInfo("sh")
            {
                ArgumentList =
                   
                    {
                        "-c", string.Create(
                            CultureInfo.InvariantCulture, $"cat '{source}' | cat > '{target}'; sync -d '{target}'"),
                    },
            };
        using var shell = Process.Start(start)!;
        await shell.WaitForExitAsync(cancellationToken);
    }
}
