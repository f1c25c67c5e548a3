using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Weir.Runtimes.Docker.Api;

/// <summary>
/// HTTP over the engine's Unix socket. The version of the API is the newest that both sides know, asked once. Throws
/// <see cref="EngineException"/> for what the engine refuses, <see cref="HttpRequestException"/> when it is not there.
/// </summary>
internal sealed class EngineConnection : IDisposable
{
    private static readonly Version Oldest = new(1, 41);
    private static readonly Version Newest = new(1, 47);
    private readonly string _socket;
    private readonly HttpClient _http;
    private volatile string? _version;

    public EngineConnection(string socket)
    {
        _socket = socket;
        _http = NewClient(async cancellationToken => (await ConnectAsync(cancellationToken)).Stream);
    }

    public string Socket => _socket;

    /// <summary>Asks whether the engine answers; its version of the API.</summary>
    public async Task<string> PingAsync(CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(new Uri("/_ping", UriKind.Relative), cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        return response.Headers.TryGetValues("Api-Version", out var values) ? values.First() : "";
    }

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, cancellationToken);
        return await ReadAsync(response, type, cancellationToken);
    }

    public async Task DoAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, null, cancellationToken);
    }

    public async Task<TAnswer> PostAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType,
        CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(body, bodyType);
        // With a known length in place of chunks, which podman's socket refuses here and there.
        await content.LoadIntoBufferAsync(cancellationToken);
        using var response = await SendAsync(HttpMethod.Post, path, content, cancellationToken);
        return await ReadAsync(response, answerType, cancellationToken);
    }

    /// <summary>The answer's head; the body is the caller's to read. Refusals have been thrown.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken,
        string? credentials = null)
    {
        using var request = new HttpRequestMessage(method, await UrlAsync(path, cancellationToken)) { Content = body };
        if (credentials is not null) request.Headers.Add("X-Registry-Auth", credentials);
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        try
        {
            await ThrowIfRefusedAsync(response, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads a body of JSON lines to its end. The 200 was sent before the work began: an error is a line of the body.
    /// </summary>
    public static async Task FollowAsync(
        HttpResponseMessage response, IProgress<ProgressLine>? progress, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } text)
        {
            if (text.Length == 0) continue;
            var line = JsonSerializer.Deserialize(text, EngineJson.Default.ProgressLine);
            if (line?.Error is { } error) throw new EngineException(error, null);
            if (line is not null) progress?.Report(line);
        }
    }

    /// <summary>Takes a connection of its own out of HTTP: bytes go both ways, and sending can end by itself.</summary>
    public async Task<HijackedStream> HijackAsync(string path, CancellationToken cancellationToken)
    {
        var (socket, stream) = await ConnectAsync(cancellationToken);
        var http = NewClient(_ => ValueTask.FromResult<Stream>(stream));
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, await UrlAsync(path, cancellationToken));
            request.Headers.Connection.Add("Upgrade");
            request.Headers.Upgrade.Add(new ProductHeaderValue("tcp"));
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            await ThrowIfRefusedAsync(response, cancellationToken);
            return new HijackedStream(http, socket, await response.Content.ReadAsStreamAsync(cancellationToken));
        }
        catch
        {
            http.Dispose();
            await stream.DisposeAsync();
            throw;
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpClient NewClient(Func<CancellationToken, ValueTask<Stream>> connect) =>
        new(new SocketsHttpHandler
        {
            ConnectCallback = (_, cancellationToken) => connect(cancellationToken),
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        })
        {
            BaseAddress = new Uri("http://engine/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };

    private async ValueTask<(Socket Socket, Stream Stream)> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancellationToken);
            return (socket, new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<Uri> UrlAsync(string path, CancellationToken cancellationToken)
    {
        _version ??= Negotiate(await PingAsync(cancellationToken));
        return new Uri($"/v{_version}/{path}", UriKind.Relative);
    }

    private static string Negotiate(string offered)
    {
        if (!Version.TryParse(offered, out var theirs) || theirs < Oldest)
        {
            throw new EngineException($"the engine speaks API '{offered}'; {Oldest} or later is needed", null);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(theirs < Newest ? theirs : Newest)}");
    }

    private static async Task<T> ReadAsync<T>(
        HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        await response.Content.ReadFromJsonAsync(type, cancellationToken)
            ?? throw new EngineException("the engine answered nothing", null);

    private static async Task ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if ((int)response.StatusCode < 400) return;
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        throw new EngineException(MessageOf(text) ?? $"the engine answered {response.StatusCode}", response.StatusCode);
    }

    private static string? MessageOf(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, EngineJson.Default.ErrorBody)?.Message ?? text;
        }
        catch (JsonException)
        {
            return text.Length == 0 ? null : text.Trim();
        }
    }
}

/// <summary>The filters of a list request, in the form that the engine reads them.</summary>
internal static class EngineFilter
{
    public static string OfLabels(params string[] labels) => Uri.EscapeDataString(JsonSerializer.Serialize(
        new Dictionary<string, IReadOnlyList<string>> { ["label"] = labels },
        EngineJson.Default.IReadOnlyDictionaryStringIReadOnlyListString));

    /// <summary>Credentials as a header carries them.</summary>
    public static string Encode(Credentials? credentials) => Convert.ToBase64String(credentials is null
        ? "{}"u8
        : Encoding.UTF8.GetBytes(JsonSerializer.Serialize(credentials, EngineJson.Default.Credentials)))
        .Replace('+', '-').Replace('/', '_');
}
