using Weir.Contracts.Flows;

namespace Weir.Runtimes.Docker;

public sealed record DockerRuntimeOptions
{
    /// <summary>A folder of the agent alone, where it keeps who it is for the engine.</summary>
    public required string Folder { get; init; }

    /// <summary>The engine's Unix socket.</summary>
    public required string Socket { get; init; }

    /// <summary>The image of steps that name none; null = such a step is refused.</summary>
    public string? DefaultImage { get; init; }

    /// <summary>For steps that do not say when; <c>Never</c> holds whatever they say.</summary>
    public PullPolicy Pull { get; init; } = PullPolicy.IfMissing;

    /// <summary>Processes at once of a step that says no limit of its own.</summary>
    public int DefaultPids { get; init; } = 4096;

    /// <summary>Reads the user's environment, for the credentials of registries.</summary>
    public Func<string, string?> Setting { get; init; } = Environment.GetEnvironmentVariable;
}
