using Microsoft.AspNetCore.Http;
using Weir.Contracts.Tokens;

namespace Weir.Controller.Auth;

/// <summary>Who asks, and the namespace they ask about.</summary>
internal sealed record Caller(string Name, TokenRole Role, string Namespace)
{
    public DateTimeOffset? Expires { get; init; }

    public static ValueTask<Caller> BindAsync(HttpContext context) =>
        new(context.Features.Get<Caller>() ?? throw new InvalidOperationException("the endpoint declares no role"));
}
