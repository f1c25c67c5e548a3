namespace Weir.Engine.Running;

/// <summary>The fixed times of the lease protocol; see docs/decisions/0003-leases.md.</summary>
public sealed record RunTiming
{
    /// <summary>How long a lease holds after a renewal.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often agents are to renew, ± 20 %.</summary>
    public TimeSpan Renew { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Added to lease + disconnect before another attempt starts: clocks may run at rates 2 % apart.</summary>
    public TimeSpan RescueMargin { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long an agent that is there may take to end an attempt it was told to end, beyond its kill grace.
    /// </summary>
    public TimeSpan StopMargin { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long <c>always()</c> steps of a stopped run may take before everything left is ended.</summary>
    public TimeSpan StoppedRunGrace { get; init; } = TimeSpan.FromHours(1);
}
