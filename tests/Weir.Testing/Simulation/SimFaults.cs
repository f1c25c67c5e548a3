namespace Weir.Testing.Simulation;

/// <summary>How bad the world is, drawn from the seed: some worlds are calm, some lose every tenth message.</summary>
public sealed record SimFaults
{
    /// <summary>Chance that a request, and that an answer, is lost.</summary>
    public double Loss { get; init; }

    /// <summary>Chance that a request arrives once more, later.</summary>
    public double Duplicate { get; init; }

    /// <summary>Chance that a message takes up to <see cref="LongDelay"/> instead of milliseconds.</summary>
    public double Slow { get; init; }
    public TimeSpan LongDelay { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>Chance that the store does not answer, before or after it did the write.</summary>
    public double Store { get; init; }

    /// <summary>Chance that a commit takes seconds, or its answer does.</summary>
    public double SlowStore { get; init; }

    /// <summary>Mean time between crashes of some process; zero = none.</summary>
    public TimeSpan CrashEvery { get; init; }

    /// <summary>Mean time between partitions of an agent from the controller; zero = none.</summary>
    public TimeSpan PartitionEvery { get; init; }

    public bool AgentsDieForGood { get; init; }
    public bool StepsOutliveAgents { get; init; }
    public double ClockSkew { get; init; }

    public static SimFaults None { get; } = new();

    public static SimFaults Draw(Random random) => new()
    {
        Loss = Pick(random, 0, 0, 0.01, 0.05, 0.15),
        Duplicate = Pick(random, 0, 0.02, 0.1, 0.3),
        Slow = Pick(random, 0, 0.01, 0.05, 0.2),
        Store = Pick(random, 0, 0, 0.01, 0.05),
        CrashEvery = TimeSpan.FromSeconds(Pick(random, 0, 0, 20, 60)),
        PartitionEvery = TimeSpan.FromSeconds(Pick(random, 0, 0, 30, 90)),
        AgentsDieForGood = random.Next(4) == 0,
        StepsOutliveAgents = random.Next(2) == 0,
        ClockSkew = Pick(random, 0, 0.005, 0.01),
    };

    /// <summary>Several controllers meet what one does, and stores that are slow.</summary>
    public static SimFaults DrawForSeveral(Random random) =>
        Draw(random) with { SlowStore = Pick(random, 0, 0.005, 0.02, 0.1) };

    private static double Pick(Random random, params ReadOnlySpan<double> choices) =>
        choices[random.Next(choices.Length)];
}
