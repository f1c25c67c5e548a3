using System.Globalization;
using Weir.Testing.Simulation;

return args switch
{
    ["--seed", var seed] => Replay(int.Parse(seed, CultureInfo.InvariantCulture)),
    ["--seeds", var count] => RunAll(1, int.Parse(count, CultureInfo.InvariantCulture)),
    ["--seeds", var count, "--from", var first] =>
        RunAll(int.Parse(first, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: ./dev sim --seeds N [--from FIRST] | --seed N");
    return 2;
}

static int Replay(int seed)
{
    var result = Simulation.Run(seed, traced: true);
    Console.Out.Write(result.Trace);
    Console.Out.WriteLine(result.Failure is null ? $"seed {seed}: every promise held" : $"seed {seed}: {result.Failure}");
    return result.Failure is null ? 0 : 1;
}

static int RunAll(int first, int count)
{
    var start = TimeProvider.System.GetTimestamp();
    var failed = 0;
    var done = 0;
    long steps = 0;
    var gate = new Lock();
    Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
    {
        var result = Simulation.Run(seed);
        lock (gate)
        {
            steps += result.Steps;
            if (++done % 1_000 == 0) Console.Out.WriteLine($"{done} of {count} seeds, {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0} s");
            if (result.Failure is null) return;
            failed++;
            Console.Out.WriteLine($"seed {seed}: {result.Failure.Split('\n')[0]}   (./dev sim --seed {seed})");
        }
    });
    var took = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    Console.Out.WriteLine($"{count} seeds, {steps} steps, {took:0.0} s, {failed} failing");
    return failed == 0 ? 0 : 1;
}
