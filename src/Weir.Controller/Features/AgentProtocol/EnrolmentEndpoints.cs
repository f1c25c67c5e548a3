using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Weir.Contracts.Agents;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Controller.Features.Requests;
using Weir.Engine.Agents;
using Weir.Engine.Identity;
using Weir.Engine.Security;

namespace Weir.Controller.Features.AgentProtocol;

/// <summary>How an agent becomes known and opens a session.</summary>
internal static class EnrolmentEndpoints
{
    private const int LargestBody = 64 * 1024;

    public static async Task<IResult> EnrolAsync(HttpContext context, AgentGate gate, AgentRegistry agents)
    {
        if (gate.CheckProtocol(context) is { } protocol) return protocol;
        using var body = await RequestBytes.ReadAsync(context, LargestBody);
        var (request, invalid) = JsonBody.Read<EnrolRequest>(body.Memory.Span);
        if (request is null) return invalid!;
        var key = new byte[request.PublicKey.Length];
        if (!Convert.TryFromBase64String(request.PublicKey, key, out var length))
            return Refusal.Invalid("public_key", "base64 is expected");
        if (gate.CheckSignature(context, key.AsSpan(0, length), body.Memory.Span) is { } unsigned) return unsigned;
        return await agents.EnrolAsync(request, context.RequestAborted) switch
        {
            EnrolOutcome.Enrolled enrolled => JsonAnswer.Ok(
                new EnrolResponse(enrolled.Agent, enrolled.State), WeirJson.Default.EnrolResponse),
            EnrolOutcome.Invalid wrong => Refusal.Invalid(wrong.Problems),
            EnrolOutcome.TokenRefused refused => Refusal.Unauthorized(refused.Code, refused.Why),
            EnrolOutcome.TooMany many => new Refusal(
                StatusCodes.Status429TooManyRequests, ErrorCodes.LimitExceeded, "too many agents")
            {
                Detail = $"{many.Limit} agents wait or are enrolled already: an admin must approve or revoke some",
            },
            _ => throw new UnreachableException(),
        };
    }

    public static async Task<IResult> OpenSessionAsync(
        string agent, HttpContext context, AgentGate gate, AgentSessions sessions, AgentRegistry agents)
    {
        // it may have enrolled with another controller just now
        if (agents.Find(agent) is null && IdSource.IsWellFormed(agent))
            await agents.RefreshAsync(agent, context.RequestAborted);
        using var body = await RequestBytes.ReadAsync(context, LargestBody);
        var (entry, refusal) = gate.AdmitWithKey(context, agent, body.Memory.Span);
        if (entry is null) return refusal!;
        var session = sessions.Open(entry);
        var associated = SealedBox.ForSession(entry.Id, session.Id);
        var sealedKey = SealedBox.Seal(entry.Identity.PublicKey.Span, session.Key.Span, associated);
        return JsonAnswer.Ok(
            new SessionResponse(session.Id, sealedKey, (int)AgentSessions.Life.TotalMilliseconds)
            {
                State = entry.State, SealTo = sessions.SealTo,
            },
            WeirJson.Default.SessionResponse);
    }
}
