using System.Text.Json.Serialization;
using Weir.Contracts.Json;

namespace Weir.Contracts.Secrets;

/// <summary>Sets a secret. There is no way to read it back.</summary>
public sealed record SetSecretRequest(string Value);

/// <summary>What is known of a secret; never its value.</summary>
public sealed record SecretView
{
    public required string Name { get; init; }
    public required SecretSource Source { get; init; }

    /// <summary>Counts the values it had, from 1; 0 for one of the config.</summary>
    public int Revision { get; init; }
    public DateTimeOffset? Created { get; init; }
    public DateTimeOffset? Updated { get; init; }
    public string? UpdatedBy { get; init; }

    /// <summary>The master key that wraps it.</summary>
    public string? KeyId { get; init; }
}

[JsonConverter(typeof(SnakeCaseEnumConverter<SecretSource>))]
public enum SecretSource
{
    /// <summary>Set through the API and kept sealed.</summary>
    Store,

    /// <summary>From the controller's environment or files.</summary>
    Config,
}

/// <summary>What a rotation did.</summary>
/// <param name="KeyId">The master key that seals from now on.</param>
/// <param name="Rotated">How many secrets were sealed anew.</param>
public sealed record RotateSecretsResponse(string KeyId, int Rotated)
{
    /// <summary>Namespace and name of those that no key of the controller opens: set them anew.</summary>
    public IReadOnlyList<string> Unopened { get; set; } = [];
}
