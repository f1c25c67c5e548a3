using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Agents;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Controller.Features.Requests;
using Weir.Controller.Hosting;
using Weir.Engine.Agents;
using Weir.Engine.Security;

namespace Weir.Controller.Features.AgentProtocol;

/// <summary>
/// Judges requests of agents: the protocol's number, the clock, the signature over the exact bytes, and what the
/// registry says of the agent now. Reads nothing from the store.
/// </summary>
internal sealed class AgentGate(AgentRegistry agents, AgentSessions sessions, ControllerOptions options)
{
    private readonly IReadOnlyList<int> _served = AgentProtocolNumber.ServedBy(options.Protocol);

    /// <summary>The agent behind a request signed with a session's key, or why it is turned away.</summary>
    public (AgentEntry? Agent, Refusal? Refusal) Admit(HttpContext context, string agent, string bodyDigest)
    {
        if (CheckProtocol(context) is { } protocol) return (null, protocol);
        if (!TryReadTime(context, out var time, out var late)) return (null, late);
        if (sessions.Find(Header(context, ApiHeaders.Session)) is not { } session || session.Agent.Id != agent)
            return (null, Invalid(context, "the session is not known: open a new one"));
        var canonical = RequestSignature.Canonical(context.Request.Method, Target(context), time, bodyDigest);
        if (!RequestSignature.VerifyMac(session.Key.Span, canonical, Header(context, ApiHeaders.Mac)))
            return (null, Invalid(context, "the signature does not fit the request"));
        if (Standing(session.Agent) is { } refusal) return (null, refusal);
        session.Agent.Heard(options.Time.GetUtcNow());
        return (session.Agent, null);
    }

    /// <summary>The agent that opens a session with a request signed by its own key.</summary>
    public (AgentEntry? Agent, Refusal? Refusal) AdmitWithKey(
        HttpContext context, string agent, ReadOnlySpan<byte> body)
    {
        if (CheckProtocol(context) is { } protocol) return (null, protocol);
        if (agents.Find(agent) is not { } entry)
            return (null, Refusal.NotFound(ErrorCodes.AgentNotFound, $"there is no agent `{agent}`: enrol it"));
        if (CheckSignature(context, entry.Identity.PublicKey.Span, body) is { } unsigned) return (null, unsigned);
        if (Standing(entry) is { } refusal) return (null, refusal);
        entry.Heard(options.Time.GetUtcNow());
        return (entry, null);
    }

    public Refusal? CheckSignature(HttpContext context, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> body)
    {
        if (!TryReadTime(context, out var time, out var late)) return late;
        var canonical = RequestSignature.Canonical(
            context.Request.Method, Target(context), time, RequestSignature.DigestOf(body));
        return RequestSignature.Verify(publicKey, canonical, Header(context, ApiHeaders.Signature))
            ? null
            : Invalid(context, "the signature does not fit the request");
    }

    public Refusal? CheckProtocol(HttpContext context)
    {
        var given = Header(context, ApiHeaders.Protocol);
        if (int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && _served.Contains(number))
            return null;
        return new Refusal(StatusCodes.Status400BadRequest, ErrorCodes.ProtocolUnsupported, "protocol not supported")
        {
            Detail = $"this controller serves the agent protocol {string.Join(" and ", _served)}, not `{given}`: update the older side",
        };
    }

    private static Refusal? Standing(AgentEntry agent) => agent.State switch
    {
        AgentState.Pending => Refusal.Forbidden(
            ErrorCodes.AgentNotApproved, $"the agent waits for approval: `weir agent approve {agent.Id}`"),
        AgentState.Revoked =>
            Refusal.Forbidden(ErrorCodes.AgentRevoked, "the agent was revoked: enrol it anew with another key"),
        _ => null,
    };

    private bool TryReadTime(HttpContext context, out long time, out Refusal? late)
    {
        late = null;
        var now = options.Time.GetUtcNow().ToUnixTimeMilliseconds();
        if (!long.TryParse(Header(context, ApiHeaders.Time), NumberStyles.None, CultureInfo.InvariantCulture, out time))
            late = Invalid(context, $"the header {ApiHeaders.Time} with unix milliseconds is missing");
        else if (time - now > RequestSignature.MaxSkew.TotalMilliseconds
            || now - time > RequestSignature.MaxSkew.TotalMilliseconds)
            late = Invalid(context, "the clocks are more than 5 minutes apart: use the time given in the answer");
        return late is null;
    }

    private Refusal Invalid(HttpContext context, string why)
    {
        context.Response.Headers[ApiHeaders.Time] =
            options.Time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        return Refusal.Unauthorized(ErrorCodes.SignatureInvalid, why);
    }

    // what was sent, byte for byte: a path decoded and encoded again need not be the same
    private static string Target(HttpContext context) =>
        context.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } raw
            ? raw
            : context.Request.Path + context.Request.QueryString.ToString();

    private static string Header(HttpContext context, string name) => (string?)context.Request.Headers[name] ?? "";
}
