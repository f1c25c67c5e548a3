using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Flows;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Tokens;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Controller.Ui.Rendering;
using Weir.Engine.Flows;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Controller.Ui.Flows;

/// <summary>Stored flows: the list, one with its revisions, and the form that starts it.</summary>
internal static class FlowPages
{
    private const string FlowCursor = "flows";
    private const string ParamPrefix = "param.";
    private const int RecentRuns = 10;
    private const int ShownRevisions = 20;

    public static void MapFlowPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet(UiRoutes.Flows, ListAsync);
        pages.MapGet(UiRoutes.Flow, GetAsync);
        pages.MapPost(UiRoutes.Flow, StartAsync).Needs(TokenRole.Runner);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, Caller caller, QueryReader query, FlowRegistry flows, PageRenderer pages)
    {
        var cursor = query.Cursor(FlowCursor);
        if (query.Refusal is { } refusal) return refusal;
        var found = await flows.ListAsync(caller.Namespace, cursor, QueryReader.DefaultPage, context.RequestAborted);
        return pages.Show<FlowListPage>(
            "Flows", live: null, ("Flows", found.Flows), ("Later", cursor is not null),
            ("Next", found.Next is { } next ? PageCursor.Write(FlowCursor, next) : null));
    }

    private static async Task<IResult> GetAsync(
        string flow, HttpContext context, Caller caller, QueryReader query, FlowPageSources from)
    {
        var revision = (int?)query.Number("revision", 1, int.MaxValue);
        if (query.Refusal is { } refusal) return refusal;
        return await from.Flows.GetAsync(caller.Namespace, flow, revision, context.RequestAborted) is { } view
            ? await ShowAsync(context, caller, from, new FlowForm(view))
            : NotFound(caller, flow);
    }

    private static async Task<IResult> StartAsync(
        string flow, HttpContext context, Caller caller, QueryReader query, FlowPageSources from)
    {
        var revision = (int?)query.Number("revision", 1, int.MaxValue);
        if (query.Refusal is { } refusal) return refusal;
        if (await from.Flows.GetAsync(caller.Namespace, flow, revision, context.RequestAborted) is not { } view)
            return NotFound(caller, flow);
        var sent = await context.Request.ReadFormAsync(context.RequestAborted);
        var given = view.Params.ToDictionary(
            param => param.Name, param => (string?)sent[ParamPrefix + param.Name] ?? "");
        var form = new FlowForm(view) { Given = given };
        var request = new StartRunRequest { Flow = flow, Revision = view.Revision, Params = ValuesOf(form) };
        return await from.Runs.StartAsync(caller.Namespace, caller.Name, request, context.RequestAborted) switch
        {
            StartRunOutcome.Started started =>
                new SeeOther(ApiRoutes.Fill(UiRoutes.Run, caller.Namespace, started.Run.Id)),
            StartRunOutcome.Invalid invalid =>
                await ShowAsync(context, caller, from, form with { Problems = invalid.Problems }),
            _ => NotFound(caller, flow),
        };
    }

    /// <summary>
    /// As text, which is read as the type of each; an empty field means the default, if that is not a text.
    /// </summary>
    private static Dictionary<string, JsonElement> ValuesOf(FlowForm form) => form.Flow.Params
        .Where(param => form.Given[param.Name].Length > 0 || param.Default?.ValueKind == JsonValueKind.String)
        .ToDictionary(
            param => param.Name,
            param => JsonSerializer.SerializeToElement(form.Given[param.Name], WeirJson.Default.String));

    private static async Task<IResult> ShowAsync(
        HttpContext context, Caller caller, FlowPageSources from, FlowForm form)
    {
        var flow = form.Flow;
        var recent = new RunQuery { Namespace = caller.Namespace, Flow = flow.Name, Limit = RecentRuns };
        var revisions = await from.Flows.ListRevisionsAsync(
            caller.Namespace, flow.Name, before: null, ShownRevisions, context.RequestAborted);
        return from.Pages.Show<FlowPage>(
            flow.Name, live: "", ("Form", form), ("Revisions", revisions?.Flows ?? []),
            ("Recent", await from.Runs.ListAsync(recent, context.RequestAborted)));
    }

    private static Refusal NotFound(Caller caller, string flow) => Refusal.NotFound(
        ErrorCodes.FlowNotFound, $"there is no flow `{flow}`, or not that revision, in the namespace {caller.Namespace}");
}

/// <summary>What a flow's page is read from.</summary>
internal sealed record FlowPageSources(FlowRegistry Flows, RunOperations Runs, PageRenderer Pages);

/// <summary>A flow with what was typed into the form that starts it.</summary>
public sealed record FlowForm(FlowView Flow)
{
    /// <summary>By the name of the parameter; empty before anything was sent.</summary>
    public IReadOnlyDictionary<string, string> Given { get; init; } = new Dictionary<string, string>();
    public IReadOnlyList<Problem> Problems { get; init; } = [];

    public string ValueOf(ParamView param) =>
        Given.TryGetValue(param.Name, out var typed) ? typed
            : param.Default is not { } value ? ""
            : value.ValueKind == JsonValueKind.String ? value.GetString()!
            : value.GetRawText();
}
