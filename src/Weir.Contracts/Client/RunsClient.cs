using System.Runtime.CompilerServices;
using System.Text.Json;
using Weir.Contracts.Json;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;

namespace Weir.Contracts.Client;

/// <summary>
/// A run is named by its id, a unique suffix of it, <c>flow#7</c>, <c>@latest</c> or <c>@latest:flow</c>.
/// </summary>
public sealed class RunsClient
{
    private readonly ApiConnection _connection;

    internal RunsClient(ApiConnection connection) => _connection = connection;

    public Task<StartRunResponse> StartAsync(StartRunRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, ApiRoutes.Runs, request,
            (WeirJson.Default.StartRunRequest, WeirJson.Default.StartRunResponse), cancellationToken);

    /// <summary>Newest first.</summary>
    public Task<Page<RunView>> ListAsync(RunListQuery? query = null, CancellationToken cancellationToken = default)
    {
        var path = new ApiQuery(PageQuery.Append(ApiRoutes.Runs, null))
            .With("flow", query?.Flow)
            .With("since", query?.Since)
            .With("limit", query?.Page.Limit)
            .With("cursor", query?.Page.Cursor)
            .With("status", query is { Statuses.Count: > 0 } ? Words(query.Statuses) : null);
        return _connection.GetAsync(path.ToString(), WeirJson.Default.PageRunView, cancellationToken);
    }

    public Task<RunView> GetAsync(string run, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(ApiRoutes.Fill(ApiRoutes.Run, run), WeirJson.Default.RunView, cancellationToken);

    /// <summary>The run now and after every change, to its end; a broken connection is made again by itself.</summary>
    public async IAsyncEnumerable<RunView> WatchAsync(
        string run, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var events = new EventStream(_connection, ApiRoutes.Fill(ApiRoutes.RunWatch, run));
        while (await events.NextAsync(cancellationToken) is { } read)
        {
            if (JsonSerializer.Deserialize(read.Data, WeirJson.Default.RunView) is { } view) yield return view;
        }
    }

    /// <summary>Asks it to stop; <c>always()</c> steps may still run. The view is the one after the request.</summary>
    public Task<RunView> CancelAsync(string run, CancellationToken cancellationToken = default) =>
        _connection.PostAsync(ApiRoutes.Fill(ApiRoutes.RunCancel, run), WeirJson.Default.RunView, cancellationToken);

    /// <summary>Approves a step that asks for it. The view is the one after the decision.</summary>
    public Task<RunView> ApproveAsync(
        string run, string step, string? comment = null, CancellationToken cancellationToken = default) =>
        DecideAsync(ApiRoutes.Fill(ApiRoutes.StepApprove, run, step), comment, cancellationToken);

    /// <summary>Rejects a step that asks for an approval, which fails by it.</summary>
    public Task<RunView> RejectAsync(
        string run, string step, string? comment = null, CancellationToken cancellationToken = default) =>
        DecideAsync(ApiRoutes.Fill(ApiRoutes.StepReject, run, step), comment, cancellationToken);

    /// <summary>Refused while the run is active.</summary>
    public Task DeleteAsync(string run, CancellationToken cancellationToken = default) =>
        _connection.CallAsync(HttpMethod.Delete, ApiRoutes.Fill(ApiRoutes.Run, run), cancellationToken);

    /// <summary>
    /// The Nosana result document of a run that is over; disposing the stream ends the download.
    /// </summary>
    public async Task<Stream> OpenResultAsync(
        string run, ResultForm form = ResultForm.Original, ResultLogs logs = ResultLogs.Inline,
        CancellationToken cancellationToken = default)
    {
        var address = new ApiQuery(ApiRoutes.Fill(ApiRoutes.RunResult, run))
            .With("form", form == ResultForm.Current ? "current" : null)
            .With("logs", logs == ResultLogs.Link ? "link" : null);
        var response = await _connection.OpenAsync(address.ToString(), cancellationToken);
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    public Task<RunExplanation> ExplainAsync(string run, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            ApiRoutes.Fill(ApiRoutes.RunExplain, run), WeirJson.Default.RunExplanation, cancellationToken);

    private Task<RunView> DecideAsync(string path, string? comment, CancellationToken cancellationToken) =>
        _connection.SendAsync(
            HttpMethod.Post, path, new DecideStepRequest { Comment = comment },
            (WeirJson.Default.DecideStepRequest, WeirJson.Default.RunView), cancellationToken);

    private static string Words(IReadOnlyList<RunStatus> statuses) =>
        string.Join(',', statuses.Select(status => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString())));
}

public sealed record RunListQuery
{
    public string? Flow { get; init; }
    public IReadOnlyList<RunStatus> Statuses { get; set; } = [];

    /// <summary>Only runs created at or after it.</summary>
    public DateTimeOffset? Since { get; init; }
    public PageQuery Page { get; set; } = new();
}
