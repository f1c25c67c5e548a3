using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Tokens;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Controller.Features.Runs;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.Results;

/// <summary>The result of a run as a Nosana Node writes it.</summary>
internal static class ResultEndpoint
{
    public static void MapResults(this IEndpointRouteBuilder routes) =>
        routes.MapGet(ApiRoutes.RunResult, GetAsync).WithTags("Runs").WithName("GetRunResult").Needs(TokenRole.Viewer)
            .WithSummary("The result of a run that is over, as the document that a Nosana Node writes")
            .TakesQuery("form", "string", "`original` (the default) or `current`.")
            .TakesQuery("logs", "string", "`inline` (the default), or `link` for the addresses of the logs.")
            .Produces<Stream>(200, "application/json").Refuses(400, 404, 409);

    private static async Task<IResult> GetAsync(
        string run, Caller caller, QueryReader query, RunOperations runs, ILogStore logs)
    {
        var forms = query.Words<ResultForm>("form");
        var places = query.Words<ResultLogs>("logs");
        if (query.Refusal is { } refusal) return refusal;
        if (await runs.LoadAsync(caller.Namespace, run, CancellationToken.None) is not { } state)
            return RunEndpoints.NotFound(caller, run);
        if (state.Ended is null)
            return Refusal.Conflict(ErrorCodes.RunActive, $"the run `{run}` is active: it has no result yet");
        var form = forms.Count == 0 ? ResultForm.Original : forms[^1];
        return new ResultDocument(state, form, places.Count == 0 ? ResultLogs.Inline : places[^1], logs);
    }
}
