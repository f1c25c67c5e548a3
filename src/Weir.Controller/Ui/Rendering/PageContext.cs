using System.Text.Json;
using Weir.Contracts.Tokens;

namespace Weir.Controller.Ui.Rendering;

/// <summary>What every part of a page may know: who looks, at what, when.</summary>
public sealed record PageContext
{
    public required string Title { get; init; }
    public required DateTimeOffset Now { get; init; }

    /// <summary>The address that was asked for, with its query.</summary>
    public required string Address { get; init; }

    /// <summary>Scheme and host under which the browser reached the controller.</summary>
    public required string Origin { get; init; }

    /// <summary>Name of the token that signed in; null = nobody is signed in.</summary>
    public string? User { get; init; }
    public TokenRole Role { get; init; }
    public string Namespace { get; init; } = "default";

    /// <summary>Must be in every form.</summary>
    public string FormKey { get; init; } = "";

    /// <summary><c>light</c>, <c>dark</c>; null = as the system has it.</summary>
    public string? Theme { get; init; }

    /// <summary>
    /// What to follow: <c>""</c> = any run of the namespace, else a run's id; null = the page stands still.
    /// </summary>
    public string? Live { get; init; }

    public bool May(TokenRole role) => User is not null && Role >= role;

    public string RoleName => JsonNamingPolicy.SnakeCaseLower.ConvertName(Role.ToString()).Replace('_', ' ');
}
