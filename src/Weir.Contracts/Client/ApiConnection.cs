using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;

namespace Weir.Contracts.Client;

/// <summary>Sends requests and turns refusals into <see cref="WeirApiException"/>.</summary>
internal sealed class ApiConnection(HttpClient http, WeirClientOptions options)
{
    private const string JsonType = "application/json";

    public WeirClientOptions Options => options;

    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        ReadAsync(new HttpRequestMessage(HttpMethod.Get, Resolve(path)), type, cancellationToken);

    public Task<T> PostAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        ReadAsync(new HttpRequestMessage(HttpMethod.Post, Resolve(path)), type, cancellationToken);

    public Task<TOut> SendAsync<TIn, TOut>(
        HttpMethod method, string path, TIn body, (JsonTypeInfo<TIn> In, JsonTypeInfo<TOut> Out) types,
        CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, types.In));
        content.Headers.ContentType = new MediaTypeHeaderValue(JsonType);
        return ReadAsync(
            new HttpRequestMessage(method, Resolve(path)) { Content = content }, types.Out, cancellationToken);
    }

    public async Task CallAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(new HttpRequestMessage(method, Resolve(path)), cancellationToken);
    }

    /// <summary>The response with its headers read; the caller disposes it.</summary>
    public Task<HttpResponseMessage> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Resolve(path));
        return SendAsync(request, cancellationToken);
    }

    /// <summary>A stream of server-sent events, from its start or after the one seen last.</summary>
    public Task<HttpResponseMessage> OpenStreamAsync(
        string path, string? lastEventId, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Resolve(path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        return SendAsync(request, cancellationToken);
    }

    private Uri Resolve(string path) => new(options.Address, path);

    private async Task<T> ReadAsync<T>(
        HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        try
        {
            return await JsonSerializer.DeserializeAsync(
                body, type, cancellationToken) ?? throw new JsonException("the answer is null");
        }
        catch (JsonException notOurs)
        {
            throw new HttpRequestException($"{options.Address} did not answer as a controller does", notOurs);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var sent = request;
        if (options.Token is { } token) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (options.Namespace is { } chosen) request.Headers.TryAddWithoutValidation(ApiHeaders.Namespace, chosen);
        using var timeout = new CancellationTokenSource(options.Timeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (OperationCanceledException silence) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException(
                $"{options.Address} did not answer within {options.Timeout.TotalSeconds:0} s", silence);
        }

        if (response.IsSuccessStatusCode) return response;
        using (response) throw await RefusalAsync(response, cancellationToken);
    }

    private static async Task<WeirApiException> RefusalAsync(
        HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = response.StatusCode;
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            try
            {
                if (JsonSerializer.Deserialize(bytes, WeirJson.Default.ProblemBody) is { } body)
                    return new WeirApiException(status, body);
            }
            catch (JsonException)
            {
                return Foreign(status);
            }
        }

        return Foreign(status);
    }

    private static WeirApiException Foreign(HttpStatusCode status) =>
        new(status, new ProblemBody("", (int)status, $"the server answered {(int)status} without saying why"));
}
