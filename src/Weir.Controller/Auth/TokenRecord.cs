using System.Text.Json.Serialization;
using Weir.Contracts.Json;
using Weir.Contracts.Tokens;

namespace Weir.Controller.Auth;

/// <summary>A token as it is stored under <c>tokens/&lt;SHA-256 of it&gt;</c>.</summary>
internal sealed record TokenRecord
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required TokenRole Role { get; init; }
    public string? Namespace { get; init; }
    public required DateTimeOffset Created { get; init; }
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Stays as a mark, so that neither a file nor a config brings it back at the next start.</summary>
    public bool Revoked { get; init; }

    public TokenView View() => new()
    {
        Id = Id,
        Name = Name,
        Role = Role,
        Namespace = Namespace,
        Created = Created,
        Expires = Expires,
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(InstantConverter)])]
[JsonSerializable(typeof(TokenRecord))]
internal sealed partial class TokenJson : JsonSerializerContext;
