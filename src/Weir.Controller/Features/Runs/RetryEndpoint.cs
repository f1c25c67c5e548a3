using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Tokens;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Engine.Running;

namespace Weir.Controller.Features.Runs;

/// <summary>Takes runs up again.</summary>
internal static class RetryEndpoint
{
    public static void MapRetry(this RouteGroupBuilder runs) =>
        runs.MapPost(ApiRoutes.RunRetry, RetryAsync).WithName("RetryRun")
            .WithSummary("Take a run up again that is over: what ended well is not done again")
            .Needs(TokenRole.Runner).Takes<RetryRunRequest>()
            .Produces<RunView>().Produces<RunView>(201).Refuses(400, 404, 409);

    private static async Task<IResult> RetryAsync(string run, HttpContext context, Caller caller, RunOperations runs)
    {
        var (request, refusal) = await JsonBody.ReadAsync<RetryRunRequest>(context);
        if (request is null) return refusal!;
        var outcome = await runs.RetryAsync(caller.Namespace, run, caller.Name, request, context.RequestAborted);
        switch (outcome)
        {
            case RetryOutcome.Retried retried when request.WithLatestFlow:
                context.Response.Headers.Location = ApiRoutes.Fill(ApiRoutes.Run, retried.Run.Id);
                return JsonAnswer.Created(retried.Run, WeirJson.Default.RunView);
            case RetryOutcome.Retried retried:
                return JsonAnswer.Ok(retried.Run, WeirJson.Default.RunView);
            case RetryOutcome.Refused refused:
                return Refuse(run, request, refused.Why);
            case RetryOutcome.Invalid invalid:
                return Refusal.Invalid(invalid.Problems, ErrorCodes.FlowInvalid);
            case RetryOutcome.FlowNotFound missing:
                return Refusal.NotFound(
                    ErrorCodes.FlowNotFound,
                    $"the flow `{missing.Flow}` is not stored in the namespace {caller.Namespace}");
            case RetryOutcome.NotFound:
                return RunEndpoints.NotFound(caller, run);
            default:
                throw new UnreachableException();
        }
    }

    private static Refusal Refuse(string run, RetryRunRequest request, RetryRefusal why) => why switch
    {
        RetryRefusal.Active => Refusal.Conflict(ErrorCodes.RunActive, $"the run `{run}` is not over yet"),
        RetryRefusal.StepNotFound =>
            Refusal.NotFound(ErrorCodes.StepNotFound, $"the run `{run}` has no step `{request.From}`"),
        RetryRefusal.Expired =>
            Refusal.Conflict(ErrorCodes.RunExpired, $"what `{run}` left is not kept any more: start a new run"),
        RetryRefusal.Nothing => Refusal.Conflict(
            ErrorCodes.RunNothingToRetry, $"every step of `{run}` ended well: name the step to begin with"),
        RetryRefusal.Grouped => Refusal.Conflict(
            ErrorCodes.RunActive,
            $"the run `{run}` belongs to a concurrency group: a new run takes its turn there (with_latest_flow, `--with-latest-flow`)"),
        RetryRefusal.TooManyAttempts => Refusal.Conflict(
            ErrorCodes.LimitExceeded, $"a step of `{run}` has {RetryPolicy.MostAttempts} attempts, as many as one may"),
        _ => throw new UnreachableException(),
    };
}
