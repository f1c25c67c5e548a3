namespace Weir.Engine.Scheduling;

/// <summary>
/// The mechanisms that keep execution safe. All are on, always; tests of the simulator turn them off one by one to show
/// that it then finds what goes wrong.
/// </summary>
public sealed record Safeguards
{
    public static Safeguards All { get; } = new();

    /// <summary>A write is taken only from the attempt's present lease.</summary>
    public bool Fence { get; init; } = true;

    /// <summary>Attempts of lost agents are ended and made again.</summary>
    public bool Rescue { get; init; } = true;

    /// <summary>A piece of log is taken only where the stored log ends.</summary>
    public bool LogOffset { get; init; } = true;

    /// <summary>A leader's write is taken only in its own term.</summary>
    public bool LeaderFence { get; init; } = true;

    /// <summary>A run begins only if its group is still as it was seen.</summary>
    public bool GroupCondition { get; init; } = true;

    /// <summary>A claim asked again takes nothing more.</summary>
    public bool ClaimNonce { get; init; } = true;
}
