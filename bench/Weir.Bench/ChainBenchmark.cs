using System.Diagnostics;
using System.Text;

namespace Weir.Bench;

/// <summary>10 chained shell steps over HTTP on SQLite, against make with 10 targets.</summary>
internal static class ChainBenchmark
{
    private const int Steps = 10;
    private const int Rounds = 15;

    /// <summary>What runs for days has been optimised by the runtime; a system just started has not.</summary>
    private const int WarmUp = 150;

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var system = await BenchSystem.StartAsync(BenchSystem.Processes, 1, cancellationToken);
        var definition = Definition();
        for (var round = 0; round < WarmUp; round++) await system.RunToEndAsync(definition, cancellationToken);
        var folder = Directory.CreateTempSubdirectory("weir-make-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "Makefile"), Makefile(), cancellationToken);
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            ours.Add(await Medians.TimeAsync(() => system.RunToEndAsync(definition, cancellationToken)));
            theirs.Add(await Medians.TimeAsync(() => MakeAsync(folder, cancellationToken)));
        }

        Directory.Delete(folder, recursive: true);
        var (own, make) = (Medians.Of(ours), Medians.Of(theirs));
        return [new Figure("10 chained shell steps", $"{own:0.0} ms", $"make -j1 {make:0.0} ms", own / make, "≤ 2 ×", own / make <= 2)];
    }

    private static string Definition()
    {
        var text = new StringBuilder("name: chain\nruntime: process\nsteps:\n");
        for (var i = 0; i < Steps; i++) text.Append("  - { name: s").Append(i).Append(
            ", commands: [\"echo ").Append(i).Append("\"] }\n");
        return text.ToString();
    }

    private static string Makefile()
    {
        var text = new StringBuilder("all: t9\n");
        for (
            var i = 0; i < Steps; i++) text.Append('t').Append(i).Append(':').Append(i > 0
                ? $" t{i - 1}"
                : "").Append("\n\t@echo ").Append(i).Append("; true\n");
        return text.ToString();
    }

    private static async Task MakeAsync(string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("make")
        {
            UseShellExecute = false, WorkingDirectory = folder, RedirectStandardOutput = true,
        };
        start.ArgumentList.Add("-j1");
        using var make = Process.Start(start)!;
        await make.StandardOutput.ReadToEndAsync(cancellationToken);
        await make.WaitForExitAsync(cancellationToken);
    }
}
