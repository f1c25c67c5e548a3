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
using Weir.Controller.Features.Runs;
using Weir.Engine.Running;

namespace Weir.Controller.Features.Steps;

/// <summary>Approvals: people end the steps that ask them.</summary>
internal static class ApprovalEndpoints
{
    public static void MapApprovals(this IEndpointRouteBuilder routes)
    {
        var steps = routes.MapGroup("").WithTags("Steps").Needs(TokenRole.Runner);
        steps.MapPost(ApiRoutes.StepApprove, ApproveAsync).WithName("ApproveStep")
            .WithSummary("Approve a step that asks for it")
            .Takes<DecideStepRequest>().Produces<RunView>().Refuses(400, 403, 404, 409);
        steps.MapPost(ApiRoutes.StepReject, RejectAsync).WithName("RejectStep")
            .WithSummary("Reject a step that asks for an approval; it fails by it")
            .Takes<DecideStepRequest>().Produces<RunView>().Refuses(400, 403, 404, 409);
    }

    /// <summary>What is wrong with a comment, or null.</summary>
    public static Refusal? CheckComment(string? comment) => comment is { Length: > StepDecision.LongestComment }
        ? Refusal.Invalid("comment", $"a comment has at most {StepDecision.LongestComment} characters")
        : null;

    /// <summary>Null when it was decided.</summary>
    public static Refusal? RefusalOf(Caller caller, string run, string step, DecideOutcome outcome) => outcome switch
    {
        DecideOutcome.Decided => null,
        DecideOutcome.RunNotFound => RunEndpoints.NotFound(caller, run),
        DecideOutcome.StepNotFound missing =>
            Refusal.NotFound(ErrorCodes.StepNotFound, $"the run {missing.Handle} has no step `{step}`"),
        DecideOutcome.NotAsked not => Refusal.Conflict(ErrorCodes.StepNotAsked, not.Why),
        DecideOutcome.NotAllowed not =>
            Refusal.Forbidden(ErrorCodes.NotPermitted, $"step {step} is to be decided by {not.Who}"),
        _ => throw new UnreachableException(),
    };

    private static Task<IResult> ApproveAsync(
        string run, string step, HttpContext context, Caller caller, RunOperations runs) =>
        DecideAsync((run, step), approved: true, context, caller, runs);

    private static Task<IResult> RejectAsync(
        string run, string step, HttpContext context, Caller caller, RunOperations runs) =>
        DecideAsync((run, step), approved: false, context, caller, runs);

    private static async Task<IResult> DecideAsync(
        (string Run, string Step) of, bool approved, HttpContext context, Caller caller, RunOperations runs)
    {
        var (request, refusal) = await JsonBody.ReadAsync<DecideStepRequest>(context);
        if (request is null) return refusal!;
        if (CheckComment(request.Comment) is { } wrong) return wrong;
        var decision = new StepDecision(of.Step, approved, caller.Name, caller.Role) { Comment = request.Comment };
        var outcome = await runs.DecideAsync(caller.Namespace, of.Run, decision, context.RequestAborted);
        return outcome is DecideOutcome.Decided decided
            ? JsonAnswer.Ok(decided.Run, WeirJson.Default.RunView)
            : RefusalOf(caller, of.Run, of.Step, outcome)!;
    }
}
