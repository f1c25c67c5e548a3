using System.Text.Json.Serialization;
using Weir.Contracts.Json;

namespace Weir.Contracts.Tokens;

/// <summary>What a token lets its bearer do; each role includes the ones before it.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<TokenRole>))]
public enum TokenRole
{
    /// <summary>Looks at one namespace.</summary>
    Viewer,

    /// <summary>Starts, cancels and deletes runs there.</summary>
    Runner,

    /// <summary>Also creates and deletes flows there.</summary>
    NamespaceAdmin,

    /// <summary>Everything everywhere.</summary>
    Admin,
}

public sealed record CreateTokenRequest(string Name, TokenRole Role)
{
    /// <summary>The one namespace it opens; left out for <see cref="TokenRole.Admin"/>.</summary>
    public string? Namespace { get; init; }

    /// <summary>Lifetime; null = until revoked.</summary>
    [JsonConverter(typeof(DurationConverter))]
    public TimeSpan? ExpiresIn { get; init; }
}

/// <summary>The token is shown this once.</summary>
public sealed record CreateTokenResponse(string Token, TokenView View);

public sealed record TokenView
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required TokenRole Role { get; init; }
    public string? Namespace { get; init; }
    public required DateTimeOffset Created { get; init; }
    public DateTimeOffset? Expires { get; init; }
}

/// <summary>Who the bearer is to the controller.</summary>
public sealed record WhoAmIView
{
    public required string Name { get; init; }
    public required TokenRole Role { get; init; }

    /// <summary>The namespace used when a request names none.</summary>
    public required string Namespace { get; init; }
    public DateTimeOffset? Expires { get; init; }
}

/// <summary>A join token that can still be used; the token itself is not kept.</summary>
public sealed record JoinTokenView
{
    public required string Id { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();
    public IReadOnlyList<string> Namespaces { get; set; } = [];
    public required int UsesLeft { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required DateTimeOffset Expires { get; init; }
}
