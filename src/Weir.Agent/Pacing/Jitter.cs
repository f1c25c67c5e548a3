namespace Weir.Agent.Pacing;

/// <summary>Spreads waits, so that agents which lost their controller together do not come back together.</summary>
internal sealed class Jitter(Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();

    /// <summary>The time ± that part of it.</summary>
    public TimeSpan Spread(TimeSpan around, double part) => around * (1 + (part * ((2 * Next()) - 1)));

    /// <summary>
    /// How long to wait after so many failures in a row: doubling from 0.1 s to 5 s, of which half by chance.
    /// </summary>
    public TimeSpan Backoff(int failures)
    {
        var wait = First * Math.Pow(2, Math.Clamp(failures - 1, 0, 10));
        return (wait < Longest ? wait : Longest) * (0.5 + (0.5 * Next()));
    }

    private double Next()
    {
        lock (_lock) return random.NextDouble();
    }
}
