using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Controller.Features.Requests;
using Weir.Engine.Agents;
using Weir.Engine.Scheduling;
using Weir.Engine.Security;

namespace Weir.Controller.Features.AgentProtocol;

/// <summary>
/// What agents ask while they work. The hot path: one read of the body, one MAC, the gateway, one write. Not in the
/// API's description: the protocol is numbered and spoken by agents only.
/// </summary>
internal static class AgentProtocolEndpoints
{
    private const int LargestJson = 4 << 20;
    private static readonly string[] BlobVerbs = ["GET", "HEAD", "PUT"];

    public static void MapAgentProtocol(this IEndpointRouteBuilder routes)
    {
        var agents = routes.MapGroup("").ExcludeFromDescription();
        agents.MapPost(ApiRoutes.AgentEnrol, EnrolmentEndpoints.EnrolAsync);
        agents.MapPost(ApiRoutes.AgentSession, EnrolmentEndpoints.OpenSessionAsync);
        agents.MapPost(ApiRoutes.AgentClaim, ClaimAsync);
        agents.MapPost(ApiRoutes.AgentRenew, RenewAsync);
        agents.MapPost(ApiRoutes.AgentReport, ReportAsync);
        agents.MapPost(ApiRoutes.AgentFinish, FinishAsync);
        agents.MapPost(ApiRoutes.AgentLogs, AppendLogAsync);
        agents.MapPost(ApiRoutes.AgentMasks, AddMasksAsync);
        agents.MapMethods(ApiRoutes.AgentBlob, BlobVerbs, BlobEndpoints.HandleAsync);
        agents.MapGet(ApiRoutes.AgentChannel, ChannelEndpoint.HandleAsync);
    }

    private static async Task<IResult> ClaimAsync(
        string agent, HttpContext context, AgentGate gate, AgentGateway gateway, IHostApplicationLifetime lifetime)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping);
        return await HandleAsync<ClaimRequest, ClaimResponse>(
            (agent, context, gate),
            (entry, request) =>
            {
                entry.Heard(request);
                return gateway.ClaimAsync(entry.Identity, request, stop.Token);
            },
            WeirJson.Default.ClaimResponse);
    }

    private static Task<IResult> RenewAsync(string agent, HttpContext context, AgentGate gate, AgentGateway gateway) =>
        HandleAsync<RenewRequest, RenewResponse>(
            (agent, context, gate),
            (entry, request) =>
            {
                entry.Heard(request);
                return gateway.RenewAsync(entry.Identity, request, context.RequestAborted);
            },
            WeirJson.Default.RenewResponse);

    private static Task<IResult> ReportAsync(string agent, HttpContext context, AgentGate gate, AgentGateway gateway) =>
        HandleAsync<ReportRequest, ReportResponse>(
            (agent, context, gate),
            (entry, request) => gateway.ReportAsync(entry.Identity, request, context.RequestAborted),
            WeirJson.Default.ReportResponse);

    // an accepted outcome is decided by the store, not by whether its sender still listens
    private static Task<IResult> FinishAsync(string agent, HttpContext context, AgentGate gate, AgentGateway gateway) =>
        HandleAsync<FinishRequest, FinishResponse>(
            (agent, context, gate),
            (entry, request) => gateway.FinishAsync(entry.Identity, request, CancellationToken.None),
            WeirJson.Default.FinishResponse);

    private static async Task<IResult> AddMasksAsync(
        string agent, HttpContext context, AgentGate gate, AgentSessions sessions, AgentGateway gateway)
    {
        using var body = await RequestBytes.ReadAsync(context, LargestJson);
        var (entry, refusal) = gate.Admit(context, agent, RequestSignature.DigestOf(body.Memory.Span));
        if (entry is null) return refusal!;
        var (request, invalid) = JsonBody.Read<AddMasksRequest>(body.Memory.Span);
        if (request is null) return invalid!;
        if (sessions.OpenMasks(request) is not { } values)
            return Refusal.Unauthorized(ErrorCodes.SignatureInvalid, "not sealed to this session: open a new one");
        var answer = await gateway.AddMasksAsync(entry.Identity, request.Fence, values, context.RequestAborted);
        return JsonAnswer.Ok(answer, WeirJson.Default.AddMasksResponse);
    }

    private static async Task<IResult> HandleAsync<TIn, TOut>(
        (string Agent, HttpContext Context, AgentGate Gate) request,
        Func<AgentEntry, TIn, Task<TOut>> ask,
        JsonTypeInfo<TOut> type)
        where TIn : class
    {
        using var body = await RequestBytes.ReadAsync(request.Context, LargestJson);
        var digest = RequestSignature.DigestOf(body.Memory.Span);
        var (entry, refusal) = request.Gate.Admit(request.Context, request.Agent, digest);
        if (entry is null) return refusal!;
        var (value, invalid) = JsonBody.Read<TIn>(body.Memory.Span);
        return value is null ? invalid! : JsonAnswer.Ok(await ask(entry, value), type);
    }

    private static async Task<IResult> AppendLogAsync(
        string agent, HttpContext context, AgentGate gate, AgentGateway gateway)
    {
        using var body = await RequestBytes.ReadAsync(context, LogFrames.MaxBytes);
        var (entry, refusal) = gate.Admit(context, agent, RequestSignature.DigestOf(body.Memory.Span));
        if (entry is null) return refusal!;
        var (fence, unfit) = FenceQuery.Read(context.Request.Query);
        if (fence is null) return unfit!;
        if (!LogFrames.TryParse(body.Memory, out var pieces, out var problem)) return Refusal.Invalid("", problem!);
        var answer = await gateway.AppendLogAsync(entry.Identity, fence, pieces, context.RequestAborted);
        return JsonAnswer.Ok(answer, WeirJson.Default.AppendLogResponse);
    }
}

/// <summary>The fence in a query: <c>run step attempt lease</c>.</summary>
internal static class FenceQuery
{
    public static (AttemptFence? Fence, Refusal? Refusal) Read(IQueryCollection query)
    {
        var reader = new QueryReader(query);
        var (run, step) = (reader.Text("run"), reader.Text("step"));
        var (attempt, lease) = (reader.Number("attempt", 1, int.MaxValue), reader.Number("lease", 0, long.MaxValue));
        if (reader.Refusal is { } refusal) return (null, refusal);
        return run is not null && step is not null && attempt is not null && lease is not null
            ? (new AttemptFence(run, step, (int)attempt, lease.Value), null)
            : (null, Refusal.Invalid("", "run, step, attempt and lease are needed in the query"));
    }

    public static Refusal Fenced(AttemptFence fence) =>
        Refusal.Conflict(ErrorCodes.AttemptFenced, $"the agent does not hold {fence}");
}
