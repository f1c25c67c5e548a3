namespace Weir.Contracts.Routes;

/// <summary>What a controller is. <paramref name="Protocols"/>: the versions of the agent protocol it serves.</summary>
public sealed record VersionView(string Version, IReadOnlyList<int> Protocols)
{
    /// <summary>Where state is kept: <c>sqlite</c>, <c>memory</c>.</summary>
    public string? Backend { get; init; }
    public required DateTimeOffset Started { get; init; }
}
