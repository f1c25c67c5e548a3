using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Contracts.Retention;
using Weir.Contracts.Routes;
using Weir.Contracts.Tokens;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Engine.Retention;

namespace Weir.Controller.Features.Retention;

/// <summary>How long a namespace keeps what its runs left.</summary>
internal static class RetentionEndpoints
{
    private const int MostPreviewed = 2_000;
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    public static void MapRetention(this IEndpointRouteBuilder routes)
    {
        var retention = routes.MapGroup("").WithTags("Retention").Needs(TokenRole.NamespaceAdmin);
        retention.MapGet(ApiRoutes.Retention, GetAsync).WithName("GetRetention")
            .WithSummary("How long the namespace keeps what its runs left").Needs(TokenRole.Viewer)
            .Produces<RetentionPolicy>();
        retention.MapPut(ApiRoutes.Retention, SetAsync).WithName("SetRetention")
            .WithSummary("Say how long the namespace keeps what its runs left; what is left out is kept for ever")
            .Takes<RetentionPolicy>().Produces<RetentionPolicy>().Refuses(400);
        retention.MapGet(ApiRoutes.RetentionPreview, PreviewAsync).WithName("PreviewRetention")
            .WithSummary("What the policy would let go now").Needs(TokenRole.Viewer).Produces<RetentionReport>();
        retention.MapPost(ApiRoutes.RetentionRun, RunAsync).WithName("RunRetention")
            .WithSummary("Let go what the policy does not keep, without waiting for the next turn")
            .Produces<RetentionReport>();
    }

    private static async Task<IResult> GetAsync(
        Caller caller, RetentionDesk retention, CancellationToken cancellationToken) =>
        JsonAnswer.Ok(
            await retention.GetAsync(caller.Namespace, cancellationToken), WeirJson.Default.RetentionPolicy);

    private static async Task<IResult> SetAsync(HttpContext context, Caller caller, RetentionDesk retention)
    {
        var (policy, refusal) = await JsonBody.ReadAsync<RetentionPolicy>(context);
        if (policy is null) return refusal!;
        (string Key, TimeSpan? Time)[] all =
            [("runs", policy.Runs), ("logs", policy.Logs), ("artifacts", policy.Artifacts)];
        List<Problem> problems =
        [
            .. all.Where(one => one.Time < Shortest || one.Time > Longest)
                .Select(one => new Problem(one.Key, 0, 0, "expected 1m to 36500d")),
        ];
        if (problems.Count > 0) return Refusal.Invalid(problems);
        await retention.SetAsync(caller.Namespace, policy, context.RequestAborted);
        return JsonAnswer.Ok(policy, WeirJson.Default.RetentionPolicy);
    }

    private static async Task<IResult> PreviewAsync(
        Caller caller, RetentionDesk retention, CancellationToken cancellationToken) => JsonAnswer.Ok(
        await retention.PreviewAsync(caller.Namespace, MostPreviewed, cancellationToken),
        WeirJson.Default.RetentionReport);

    private static async Task<IResult> RunAsync(
        Caller caller, RetentionDesk retention, CancellationToken cancellationToken) => JsonAnswer.Ok(
        await retention.TurnAsync(caller.Namespace, cancellationToken), WeirJson.Default.RetentionReport);
}
