using System.Globalization;
using System.Text;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Docker;

namespace Weir.Bench;

/// <summary>Steps in containers, each figure against the engine itself in the same run.</summary>
internal static class DockerBenchmark
{
    private const int Chain = 10;
    private const int Rounds = 3;
    private const int Gaps = 5;
    private const int Runs = 50;
    private const int Slots = 8;

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var probe = await DockerProbe.LookAsync(
            Environment.GetEnvironmentVariable, TimeProvider.System, cancellationToken);
        if (probe.Problem is { } problem)
        {
            await Console.Error.WriteLineAsync($"docker: skipped, {problem}");
            return [];
        }

        var peer = new EnginePeer(probe.Socket!);
        var figures = new List<Figure>();
        await using (var system = await BenchSystem.StartAsync(Containers(probe.Socket!), 1, cancellationToken))
        {
            await system.RunToEndAsync(Definition("warm", 1, "true"), cancellationToken);
            figures.Add(await ChainAsync(system, peer, cancellationToken));
            figures.Add(await GapAsync(system, cancellationToken));
            figures.AddRange(await DockerLogs.MeasureAsync(system, peer, cancellationToken));
        }

        await using (var system = await BenchSystem.StartAsync(Containers(probe.Socket!), Slots, cancellationToken))
        {
            figures.Add(await ParallelAsync(system, peer, cancellationToken));
        }

        return figures;
    }

    /// <summary>A flow of equal steps, one after the other.</summary>
    public static string Definition(string name, int steps, params string[] commands)
    {
        var text = new StringBuilder($"name: {name}\nimage: {EnginePeer.Image}\nsteps:\n");
        var all = string.Join(", ", commands.Select(command => $"'{command}'"));
        for (var i = 0; i < steps; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - {{ name: s{i}, commands: [{all}] }}\n");
        }

        return text.ToString();
    }

    private static Func<string, IReadOnlyList<IContainerRuntime>> Containers(string socket) => folder =>
    [
        DockerRuntime.Start(
            new DockerRuntimeOptions { Folder = Path.Combine(folder, "docker"), Socket = socket },
            TimeProvider.System),
    ];

    private static async Task<Figure> ChainAsync(
        BenchSystem system, EnginePeer peer, CancellationToken cancellationToken)
    {
        var (ours, theirs) = (new List<double>(), new List<double>());
        var definition = Definition("chain", Chain, "true");
        for (var round = 0; round < Rounds; round++)
        {
            ours.Add(await Medians.TimeAsync(() => system.RunToEndAsync(definition, cancellationToken)));
            theirs.Add(await Medians.TimeAsync(async () =>
            {
                for (var i = 0; i < Chain; i++) await peer.RunAsync("true", cancellationToken);
            }));
        }

        var (own, docker) = (Medians.Of(ours), Medians.Of(theirs));
        return new Figure(
            "10 chained steps in containers", $"{own:0} ms", $"10 docker run --rm {docker:0} ms", own / docker,
            "≤ 0.4 ×", own / docker <= 0.4);
    }

    // From the end of one step to the beginning of the next one's first command, by the run's own record.
    private static async Task<Figure> GapAsync(BenchSystem system, CancellationToken cancellationToken)
    {
        var run = await system.RunToEndAsync(Definition("gap", Gaps, "sleep 2"), cancellationToken);
        var whole = await system.Client.Runs.GetAsync(run.Id, cancellationToken: cancellationToken);
        var commands = whole.Steps!.Select(step => step.Attempts[^1].Commands[0]).ToList();
        var gaps = commands.Zip(
            commands.Skip(1), (one, next) => (next.Started!.Value - one.Ended!.Value).TotalMilliseconds);
        var median = Medians.Of(gaps);
        return new Figure("gap between steps of 2 s", $"{median:0.0} ms", "", null, "≤ 10 ms", median <= 10);
    }

    private static async Task<Figure> ParallelAsync(
        BenchSystem system, EnginePeer peer, CancellationToken cancellationToken)
    {
        var definition = Definition("one", 1, "true");
        await Task.WhenAll(Enumerable.Range(0, Slots).Select(_ => system.RunToEndAsync(definition, cancellationToken)));
        var best = 0.0;
        foreach (var atOnce in (int[])[2, 4, 8])
        {
            var options = new ParallelOptions
            {
                MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken,
            };
            var took = await Medians.TimeAsync(() => Parallel.ForAsync(
                0, Runs / 2, options, async (_, token) => await peer.RunAsync("true", token)));
            best = Math.Max(best, Runs / 2 / (took / 1e3));
        }

        var ours = await Medians.TimeAsync(() => Task.WhenAll(
            Enumerable.Range(0, Runs).Select(_ => system.RunToEndAsync(definition, cancellationToken))));
        var rate = Runs / (ours / 1e3);
        return new Figure(
            "50 runs at 8 slots", $"{rate:0.0} /s", $"docker run, best of 2, 4, 8 at once {best:0.0} /s", rate / best,
            "≥ 0.8 ×", rate / best >= 0.8);
    }
}
