using System.Globalization;
using Weir.Bench;

Benchmark[] all =
[
    new("footprint", FootprintBenchmark.RunAsync),
    new("start", StartBenchmark.RunAsync),
    new("chain", ChainBenchmark.RunAsync),
    new("logs", LogBenchmark.RunAsync),
    new("masking", MaskingBenchmark.RunAsync),
    new("throughput", ThroughputBenchmark.RunAsync),
    new("growth", ThroughputBenchmark.GrowthAsync),
    new("schema", SchemaBenchmark.RunAsync),
    new("docker", DockerBenchmark.RunAsync),
    new("postgres", PostgresBenchmark.RunAsync),
];
var chosen = args.Length == 0 ? all : [.. all.Where(b => args.Contains(b.Name))];
if (chosen.Length < Math.Max(args.Length, 1))
{
    Console.Error.WriteLine($"usage: ./dev bench [{string.Join('|', all.Select(b => b.Name))}]");
    return 2;
}

var figures = new List<Figure>();
foreach (var benchmark in chosen) figures.AddRange(await benchmark.RunAsync(CancellationToken.None));
Console.Out.WriteLine($"{"figure",-34} {"measured",12}  {"floor or peer",-38} {"ratio",6}  {"asked",-10} verdict");
foreach (var figure in figures)
{
    var ratio = figure.Ratio?.ToString("0.00", CultureInfo.InvariantCulture) ?? "";
    var verdict = figure.Holds ? "holds" : "falls short";
    Console.Out.WriteLine(
        $"{figure.Name,-34} {figure.Measured,12}  {figure.Floor,-38} {ratio,6}  {figure.Asked,-10} {verdict}");
}

return figures.TrueForAll(f => f.Holds) ? 0 : 1;
