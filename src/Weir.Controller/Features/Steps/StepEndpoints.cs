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

/// <summary>The steps of a run with their attempts.</summary>
internal static class StepEndpoints
{
    public static void MapSteps(this IEndpointRouteBuilder routes)
    {
        var steps = routes.MapGroup("").WithTags("Steps").Needs(TokenRole.Viewer);
        steps.MapGet(ApiRoutes.Steps, ListAsync).WithName("ListSteps").WithSummary("List a run's steps in order")
            .Produces<Page<StepView>>().Refuses(404);
        steps.MapGet(ApiRoutes.Step, GetAsync).WithName("GetStep").WithSummary("Get a step with its attempts")
            .Produces<StepView>().Refuses(404);
    }

    public static Refusal NotFound(RunView run, string step) =>
        Refusal.NotFound(ErrorCodes.StepNotFound, $"the run {run.Handle} has no step `{step}`");

    private static async Task<IResult> ListAsync(
        string run, Caller caller, RunOperations runs, CancellationToken cancellationToken) =>
        await runs.GetAsync(caller.Namespace, run, cancellationToken) is { } view
            ? JsonAnswer.Ok(new Page<StepView>(view.Steps ?? []), WeirJson.Default.PageStepView)
            : RunEndpoints.NotFound(caller, run);

    private static async Task<IResult> GetAsync(
        string run, string step, Caller caller, RunOperations runs, CancellationToken cancellationToken)
    {
        if (await runs.GetAsync(caller.Namespace, run, cancellationToken) is not { } view)
            return RunEndpoints.NotFound(caller, run);
        return view.Steps?.FirstOrDefault(candidate => candidate.Name == step) is { } found
            ? JsonAnswer.Ok(found, WeirJson.Default.StepView)
            : NotFound(view, step);
    }
}
