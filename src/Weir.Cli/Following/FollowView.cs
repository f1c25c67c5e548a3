using Weir.Contracts.Client;

namespace Weir.Cli.Following;

/// <summary>What is shown while a run is followed.</summary>
internal sealed record FollowView
{
    /// <summary>The steps' logs, each line with its step's name in front.</summary>
    public bool Logs { get; init; }

    /// <summary>Nothing until the end.</summary>
    public bool Quiet { get; init; }
    /// <summary>The run ends with this process.</summary>
    public bool IsOwn { get; init; }
    public LogQuery Query { get; init; } = new();
}
