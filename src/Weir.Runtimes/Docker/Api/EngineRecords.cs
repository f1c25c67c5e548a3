using System.Text.Json.Serialization;

namespace Weir.Runtimes.Docker.Api;

/// <summary>What the engine tells of itself.</summary>
internal sealed record EngineInfo
{
    public string ServerVersion { get; init; } = "";
    public string? OperatingSystem { get; init; }
    public string? Driver { get; init; }
    public string? CgroupVersion { get; init; }
    public bool MemoryLimit { get; init; }
    public bool SwapLimit { get; init; }
    public bool PidsLimit { get; init; }
    public bool CpuCfsQuota { get; init; }
    public bool BridgeNfIptables { get; init; }
    public bool LiveRestoreEnabled { get; init; }
    public IReadOnlyList<string> SecurityOptions { get; set; } = [];
}

internal sealed record CreateContainer
{
    public required string Image { get; init; }
    public string? User { get; init; }
    public IReadOnlyList<string>? Entrypoint { get; init; }
    public IReadOnlyList<string>? Cmd { get; init; }
    public IReadOnlyList<string> Env { get; set; } = [];
    public string WorkingDir { get; set; } = "/";
    public bool OpenStdin { get; init; }
    public bool StdinOnce { get; init; }
    public HealthCheck? Healthcheck { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();
    public HostConfig HostConfig { get; set; } = new();
}

internal sealed record HealthCheck(IReadOnlyList<string> Test);

internal sealed record HostConfig
{
    public string? NetworkMode { get; init; }
    public IReadOnlyList<string> Binds { get; set; } = [];
    public IReadOnlyList<Mount> Mounts { get; set; } = [];
    public IReadOnlyList<string> CapDrop { get; set; } = [];
    public IReadOnlyList<string> CapAdd { get; set; } = [];
    public IReadOnlyList<string> SecurityOpt { get; set; } = [];
    public bool ReadonlyRootfs { get; init; }
    public long Memory { get; init; }
    public long MemorySwap { get; init; }
    public long NanoCpus { get; init; }
    public long PidsLimit { get; init; }
    public LogConfig? LogConfig { get; init; }
}

/// <summary>A folder of the machine in a container.</summary>
internal sealed record Mount(string Source, string Target, bool ReadOnly = false, string Type = "bind");

internal sealed record LogConfig(string Type);

internal sealed record Created(string Id);

internal sealed record ContainerFacts
{
    public required string Id { get; init; }
    public required ContainerState State { get; init; }

    /// <summary>Only when it was asked for.</summary>
    public long SizeRw { get; init; }
    public string Image { get; set; } = "";
}

internal sealed record ContainerState
{
    public bool Running { get; init; }
    public bool OOMKilled { get; init; }
    public int ExitCode { get; init; }
    public int Pid { get; init; }
}

internal sealed record ContainerEntry
{
    public required string Id { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();
    public HostConfig HostConfig { get; set; } = new();
}

internal sealed record WaitAnswer(int StatusCode);

internal sealed record ImageFacts
{
    public required string Id { get; init; }
    public IReadOnlyList<string>? RepoDigests { get; init; }
    public ImageConfig? Config { get; init; }
}

internal sealed record ImageEntry
{
    /// <summary>Seconds since 1970.</summary>
    public long Created { get; init; }
    public IReadOnlyList<string>? RepoTags { get; init; }
}

internal sealed record ImageConfig
{
    public string? User { get; init; }
}

internal sealed record CreateNetwork(string Name)
{
    public string Driver { get; set; } = "bridge";
    public bool CheckDuplicate { get; set; } = true;
    public IReadOnlyDictionary<string, string> Options { get; set; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();
}

internal sealed record NetworkEntry(string Id, string Name)
{
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();
}

internal sealed record CreateVolume(string Name)
{
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();
}

internal sealed record VolumeEntry(string Name);

internal sealed record VolumeList(IReadOnlyList<VolumeEntry>? Volumes);

internal sealed record CreateExec(IReadOnlyList<string> Cmd);

internal sealed record StartExec(bool Detach);

/// <summary>A line of a body that tells progress; also an error, although the status said 200.</summary>
internal sealed record ProgressLine
{
    [JsonPropertyName("status")]
    public string? Status { get; init; }

    [JsonPropertyName("id")]
    public string? Id { get; init; }

    [JsonPropertyName("progressDetail")]
    public ProgressDetail? Detail { get; init; }

    [JsonPropertyName("error")]
    public string? Error { get; init; }
}

/// <summary>Bytes so far, and in all (0 = not known).</summary>
internal sealed record ProgressDetail
{
    [JsonPropertyName("current")]
    public long Current { get; init; }

    [JsonPropertyName("total")]
    public long Total { get; init; }
}

internal sealed record ErrorBody([property: JsonPropertyName("message")] string? Message);

internal sealed record Credentials
{
    [JsonPropertyName("username")]
    public string? Username { get; init; }

    [JsonPropertyName("password")]
    public string? Password { get; init; }

    [JsonPropertyName("identitytoken")]
    public string? IdentityToken { get; init; }

    [JsonPropertyName("serveraddress")]
    public string? ServerAddress { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EngineInfo))]
[JsonSerializable(typeof(CreateContainer))]
[JsonSerializable(typeof(Created))]
[JsonSerializable(typeof(ContainerFacts))]
[JsonSerializable(typeof(IReadOnlyList<ContainerEntry>))]
[JsonSerializable(typeof(WaitAnswer))]
[JsonSerializable(typeof(ImageFacts))]
[JsonSerializable(typeof(IReadOnlyList<ImageEntry>))]
[JsonSerializable(typeof(CreateNetwork))]
[JsonSerializable(typeof(IReadOnlyList<NetworkEntry>))]
[JsonSerializable(typeof(CreateVolume))]
[JsonSerializable(typeof(VolumeList))]
[JsonSerializable(typeof(CreateExec))]
[JsonSerializable(typeof(StartExec))]
[JsonSerializable(typeof(ProgressLine))]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(Credentials))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, IReadOnlyList<string>>))]
internal sealed partial class EngineJson : JsonSerializerContext;
