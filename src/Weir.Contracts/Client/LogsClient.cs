using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Weir.Contracts.Json;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;

namespace Weir.Contracts.Client;

public sealed class LogsClient
{
    private readonly ApiConnection _connection;

    internal LogsClient(ApiConnection connection) => _connection = connection;

    /// <summary>Raw bytes from an offset, at most 4 MiB a call; ask again from <see cref="LogRange.Next"/>.</summary>
    public async Task<LogRange> ReadAsync(
        string run, string step, LogQuery? query = null, CancellationToken cancellationToken = default)
    {
        var path = Path(ApiRoutes.StepLogs, run, step, query ?? new LogQuery());
        using var response = await _connection.OpenAsync(path, cancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return new LogRange(
            bytes,
            (int)Number(response, ApiHeaders.LogAttempt),
            Number(response, ApiHeaders.LogNext),
            Header(response, ApiHeaders.LogComplete) == "true");
    }

    /// <summary>
    /// The step's log as it grows, to the step's end (or the attempt's, when one is named); waits for a step that has
    /// not begun. A broken connection is made again by itself: nothing is missed or seen twice.
    /// </summary>
    public async IAsyncEnumerable<LogChunk> FollowAsync(
        string run, string step, LogQuery? query = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var path = Path(ApiRoutes.StepLogsFollow, run, step, query ?? new LogQuery());
        await using var events = new EventStream(_connection, path);
        while (await events.NextAsync(cancellationToken) is { } read)
        {
            if (JsonSerializer.Deserialize(read.Data, WeirJson.Default.LogChunk) is { } chunk) yield return chunk;
        }
    }

    private static string Path(string route, string run, string step, LogQuery query) =>
        new ApiQuery(ApiRoutes.Fill(route, run, step))
            .With("stream", JsonNamingPolicy.SnakeCaseLower.ConvertName(query.View.ToString()))
            .With("attempt", query.Attempt)
            .With("offset", query.Offset)
            .With("limit", query.Limit)
            .ToString();

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static long Number(HttpResponseMessage response, string name) =>
        long.TryParse(Header(response, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;
}

/// <summary>Which part of a step's log.</summary>
public sealed record LogQuery
{
    public LogView View { get; set; } = LogView.Both;

    /// <summary>Null = the newest attempt; following also goes over to the next ones.</summary>
    public int? Attempt { get; init; }

    /// <summary>Bytes to pass over in the chosen view of the attempt; negative counts from its present end.</summary>
    public long? Offset { get; init; }

    /// <summary>Bytes at most; only for reading.</summary>
    public int? Limit { get; init; }
}
