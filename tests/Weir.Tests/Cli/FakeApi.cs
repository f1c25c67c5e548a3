using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Weir.Tests.Cli;

/// <summary>A controller made of canned answers; remembers what it was asked.</summary>
internal sealed class FakeApi : HttpMessageHandler
{
    private readonly Dictionary<string, (HttpStatusCode Status, string Type, byte[] Body)> _answers = new(
        StringComparer.Ordinal);

    public List<HttpRequestMessage> Asked { get; } = [];

    public FakeApi Answers<T>(string route, T body, JsonTypeInfo<T> type)
    {
        _answers[route] = (HttpStatusCode.OK, "application/json", JsonSerializer.SerializeToUtf8Bytes(body, type));
        return this;
    }

    public FakeApi Refuses(string route, int status, string json)
    {
        _answers[route] = ((HttpStatusCode)status, "application/problem+json", Encoding.UTF8.GetBytes(json));
        return this;
    }

    /// <summary>A stream of server-sent events that ends as the API's do.</summary>
    public FakeApi Streams<T>(string route, IEnumerable<T> items, JsonTypeInfo<T> type)
    {
        var text = string.Concat(
            items.Select((item, i) => $"id: {i + 1}\ndata: {JsonSerializer.Serialize(item, type)}\n\n"));
        _answers[route] = (
            HttpStatusCode.OK, "text/event-stream", Encoding.UTF8.GetBytes(text + "event: end\ndata: {}\n\n"));
        return this;
    }

    public FakeApi Sends(string route, byte[] body)
    {
        _answers[route] = (HttpStatusCode.OK, "application/octet-stream", body);
        return this;
    }

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (Asked) Asked.Add(request);
        var route = $"{request.Method} {request.RequestUri!.AbsolutePath}";
        if (!_answers.TryGetValue(route, out var answer))
            throw new HttpRequestException($"the test has no answer for {route}");
        var content = new ByteArrayContent(answer.Body);
        content.Headers.TryAddWithoutValidation("Content-Type", answer.Type);
        return Task.FromResult(new HttpResponseMessage(answer.Status) { Content = content });
    }
}
