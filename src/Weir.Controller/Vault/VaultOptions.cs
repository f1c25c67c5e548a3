namespace Weir.Controller.Vault;

/// <summary>What the config says under <c>vault</c>. Paths are absolute.</summary>
public sealed record VaultOptions
{
    /// <summary>
    /// Where the master keys are; null = <c>vault.key</c> in the data folder, made at the first start.
    /// </summary>
    public SecretOrigin? Key { get; init; }

    /// <summary>Which branch of <c>#profile</c> holds in private files.</summary>
    public string Profile { get; init; } = "default";

    public IReadOnlyList<ConfiguredSecret> Secrets { get; init; } = [];

    public IReadOnlyList<PrivateFile> Files { get; init; } = [];

    /// <summary>The controller's environment at its start.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary><c>env:NAME</c> or <c>file:PATH</c>.</summary>
/// <param name="IsFile">A file, else a variable.</param>
public sealed record SecretOrigin(bool IsFile, string Name);

/// <summary>One secret of the config.</summary>
/// <param name="Namespaces">Those it is for; empty = all.</param>
public sealed record ConfiguredSecret(string Name, SecretOrigin Origin, IReadOnlyList<string> Namespaces);

/// <summary>A private EDN, JSON or YAML file whose texts are secrets.</summary>
/// <param name="Namespaces">Those they are for; empty = all.</param>
public sealed record PrivateFile(string Path, IReadOnlyList<string> Namespaces);
