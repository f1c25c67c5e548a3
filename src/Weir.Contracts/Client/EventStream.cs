using System.Text;

namespace Weir.Contracts.Client;

/// <summary>One server-sent event.</summary>
internal sealed record ServerEvent(string Type, string Data);

/// <summary>
/// Reads server-sent events and, when the connection breaks or falls silent, dials again after the last event seen,
/// with growing pauses, until <see cref="WeirClientOptions.ReconnectFor"/> is over. The event <c>end</c> ends the
/// stream.
/// </summary>
internal sealed class EventStream(ApiConnection connection, string path) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private readonly TimeProvider _time = connection.Options.Time;
    private HttpResponseMessage? _response;
    private StreamReader? _lines;
    private string? _lastId;
    private bool _connected;
    private TimeSpan _pause = FirstPause;
    private long _brokenSince = -1;

    /// <summary>The next event, or null at the end.</summary>
    public async Task<ServerEvent?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                _lines ??= await ConnectAsync(cancellationToken);
                if (await ReadEventAsync(_lines, cancellationToken) is { } read)
                {
                    (_pause, _brokenSince) = (FirstPause, -1);
                    return read.Type == "end" ? null : read;
                }

                await PauseAsync(null, cancellationToken);
            }
            catch (Exception broken) when (MayMend(broken, cancellationToken))
            {
                await PauseAsync(broken, cancellationToken);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        Disconnect();
        return ValueTask.CompletedTask;
    }

    // who never got through learns so at once; only what worked before is dialled again
    private bool MayMend(Exception broken, CancellationToken cancellationToken) =>
        _connected
        && !cancellationToken.IsCancellationRequested
        && broken is IOException or HttpRequestException or OperationCanceledException
            or WeirApiException { Status: System.Net.HttpStatusCode.ServiceUnavailable };

    private async Task<StreamReader> ConnectAsync(CancellationToken cancellationToken)
    {
        _response = await connection.OpenStreamAsync(path, _lastId, cancellationToken);
        _connected = true;
        return new StreamReader(await _response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
    }

    private async Task<ServerEvent?> ReadEventAsync(StreamReader lines, CancellationToken cancellationToken)
    {
        string type = "message", id = "";
        var data = new StringBuilder();
        while (await ReadLineAsync(lines, cancellationToken) is { } line)
        {
            if (line.Length == 0 && data.Length > 0)
            {
                if (id.Length > 0) _lastId = id;
                return new ServerEvent(type, data.ToString());
            }

            if (line.StartsWith("data:", StringComparison.Ordinal)) data.Append(Value(line));
            if (line.StartsWith("event:", StringComparison.Ordinal)) type = Value(line);
            if (line.StartsWith("id:", StringComparison.Ordinal)) id = Value(line);
        }

        return null;
    }

    private async Task<string?> ReadLineAsync(StreamReader lines, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(connection.Options.Silence, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        return await lines.ReadLineAsync(either.Token);
    }

    private static string Value(string line)
    {
        var value = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return value.StartsWith(' ') ? value[1..] : value;
    }

    private async Task PauseAsync(Exception? broken, CancellationToken cancellationToken)
    {
        Disconnect();
        if (_brokenSince < 0) _brokenSince = _time.GetTimestamp();
        if (_time.GetElapsedTime(_brokenSince) > connection.Options.ReconnectFor)
            throw new HttpRequestException($"lost the connection to {connection.Options.Address} for good", broken);
        var jitter = 0.5 + connection.Options.Random.NextDouble();
        await Task.Delay(_pause * jitter, _time, cancellationToken);
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
    }

    private void Disconnect()
    {
        _lines?.Dispose();
        _response?.Dispose();
        (_lines, _response) = (null, null);
    }
}
