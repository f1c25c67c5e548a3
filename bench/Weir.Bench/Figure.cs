namespace Weir.Bench;

/// <summary>One measured figure beside what it is held against in the same run.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Measured">The figure with its unit.</param>
/// <param name="Floor">The floor or peer measured beside it; empty when the limit is absolute.</param>
/// <param name="Ratio">The quoted relation; null when the limit is absolute.</param>
/// <param name="Asked">What is asked of it.</param>
internal sealed record Figure(string Name, string Measured, string Floor, double? Ratio, string Asked, bool Holds);

/// <summary>A benchmark: a name on the command line and the figures it gives.</summary>
internal sealed record Benchmark(string Name, Func<CancellationToken, Task<IReadOnlyList<Figure>>> RunAsync);
