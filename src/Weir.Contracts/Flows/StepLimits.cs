namespace Weir.Contracts.Flows;

/// <summary>What a step may use; null = the agent's default.</summary>
public sealed record StepLimits
{
    /// <summary>Processor cores, fractions allowed.</summary>
    public double? Cpu { get; init; }

    /// <summary>Bytes of memory.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Processes and threads at once.</summary>
    public int? Pids { get; init; }

    /// <summary>Bytes of disk that workspace, home and changed files of the image take together.</summary>
    public long? DiskBytes { get; init; }

    /// <summary><c>default</c> or <c>none</c>.</summary>
    public string? Network { get; init; }
}
