using System.Diagnostics;

namespace Weir.Bench;

/// <summary>A container's stdout into the controller's file, against the engine's bare attached stream.</summary>
internal static class DockerLogs
{
    private const long Gibibyte = 1L << 30;
    private const long Some = 256L << 20;
    private const int Block = 8 << 20;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(
        BenchSystem system, EnginePeer peer, CancellationToken cancellationToken)
    {
        var figures = new List<Figure>();
        foreach (var columns in (int[])[100, 2])
        {
            var bare = await peer.AttachAsync($"{Make(columns)}; {Print(Some)}", cancellationToken);
            var own = await RateAsync(system, columns, Some, cancellationToken);
            figures.Add(new Figure(
                $"log of a container, {columns}-byte lines", $"{own / 1e6:0} MB/s", $"attach, log driver none {bare / 1e6:0} MB/s",
                own / bare, "≥ 0.4 ×", own / bare >= 0.4));
        }

        await RateAsync(system, 100, Gibibyte, cancellationToken);
        var memory = Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
        figures.Add(new Figure("peak memory with a log of 1 GiB", $"{memory} MiB", "", null, "≤ 512 MiB", memory <= 512));
        return figures;
    }

    // Busybox is slow at making lines, so a block of them is made once and shown again and again.
    private static string Make(int columns) =>
        $"yes {new string('x', columns - 1)} | head -c {Block} > /dev/shm/lines";

    private static string Print(long bytes) =>
        $"i=0; while [ $i -lt {bytes / Block} ]; do cat /dev/shm/lines; i=$((i+1)); done";

    private static async Task<double> RateAsync(
        BenchSystem system, int columns, long bytes, CancellationToken cancellationToken)
    {
        var run = await system.RunToEndAsync(
            DockerBenchmark.Definition("log", 1, Make(columns), Print(bytes)), cancellationToken);
        var whole = await system.Client.Runs.GetAsync(run.Id, cancellationToken: cancellationToken);
        var printing = whole.Steps![0].Attempts[^1].Commands[1];
        var file = Directory.GetFiles(
            Path.Combine(system.LogFolder, "runs", run.Namespace, run.Id), "stdout.log", SearchOption.AllDirectories)[0];
        if (new FileInfo(file).Length != bytes)
            throw new InvalidOperationException($"{file} holds {new FileInfo(file).Length} of {bytes} bytes");
        return bytes / (whole.Ended!.Value - printing.Started!.Value).TotalSeconds;
    }
}
