using System.Globalization;
using Weir.Engine.Scheduling;
using Weir.Testing.Simulation;

var options = new Dictionary<string, string>();
for (var i = 0; i + 1 < args.Length; i += 2) options[args[i]] = args[i + 1];
var known = options.Keys.All(k => k is "--seed" or "--seeds" or "--from" or "--without" or "--controllers");
if (args.Length % 2 != 0 || !known || !TryGuards(options.GetValueOrDefault("--without"), out var guards))
    return Usage();
if (Number("--seed") is { } seed) return Replay(seed, guards, Controllers());
return Number("--seeds") is { } seeds ? RunAll(Number("--from") ?? 1, seeds, guards, Controllers()) : Usage();

int Controllers() => Math.Clamp(Number("--controllers") ?? 1, 1, 9);

int? Number(string option) =>
    options.TryGetValue(option, out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var number)
        ? number
        : null;

static bool TryGuards(string? without, out Safeguards guards)
{
    (guards, var found) = without switch
    {
        null => (Safeguards.All, true),
        "fence" => (Safeguards.All with { Fence = false }, true),
        "rescue" => (Safeguards.All with { Rescue = false }, true),
        "log-offset" => (Safeguards.All with { LogOffset = false }, true),
        "leader-fence" => (Safeguards.All with { LeaderFence = false }, true),
        "group-condition" => (Safeguards.All with { GroupCondition = false }, true),
        "claim-nonce" => (Safeguards.All with { ClaimNonce = false }, true),
        _ => (Safeguards.All, false),
    };
    return found;
}

static int Usage()
{
    Console.Error.WriteLine("usage: ./dev sim --seeds N [--from FIRST] | --seed N, each with [--controllers N] [--without fence|rescue|log-offset|claim-nonce|leader-fence|group-condition]");
    return 2;
}

static int Replay(int seed, Safeguards guards, int controllers)
{
    var result = Simulation.Run(seed, guards, traced: true, controllers);
    Console.Out.Write(result.Trace);
    Console.Out.WriteLine(
        result.Failure is null ? $"seed {seed}: every promise held" : $"seed {seed}: {result.Failure}");
    return result.Failure is null ? 0 : 1;
}

static int RunAll(int first, int count, Safeguards guards, int controllers)
{
    var start = TimeProvider.System.GetTimestamp();
    var failed = 0;
    var done = 0;
    long steps = 0;
    var gate = new Lock();
    var threads = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
    Parallel.For(first, first + count, threads, seed =>
    {
        var result = Simulation.Run(seed, guards, controllers: controllers);
        lock (gate)
        {
            steps += result.Steps;
            if (++done % 1_000 == 0)
                Console.Out.WriteLine(
                    $"{done} of {count} seeds, {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0} s");
            if (result.Failure is null) return;
            failed++;
            Console.Out.WriteLine($"seed {seed}: {result.Failure.Split('\n')[0]}   (./dev sim --seed {seed} --controllers {controllers})");
        }
    });
    var took = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    Console.Out.WriteLine($"{count} seeds, {steps} steps, {took:0.0} s, {failed} failing");
    return failed == 0 ? 0 : 1;
}
