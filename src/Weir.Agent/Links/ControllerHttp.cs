using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Weir.Contracts.Client;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Engine.Links;

namespace Weir.Agent.Links;

/// <summary>
/// One keep-alive HTTP client to the controller, with its clock: keeps how far that is from ours, as every request is
/// signed for a time. Turns all that can go wrong into <see cref="LinkException"/>.
/// </summary>
internal sealed class ControllerHttp : IDisposable
{
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(2);
    private readonly TimeProvider _time;
    private readonly HttpClient _client;
    private readonly AlternateAddresses _addresses;
    private readonly SpokenProtocol _protocol;
    private long _offset;

    /// <summary>A certificate file that cannot be read is an <see cref="IOException"/>.</summary>
    public ControllerHttp(AgentOptions options, TimeProvider time)
    {
        var controller = options.Controller ?? throw new ArgumentException("an agent needs a link or an address");
        _time = time;
        _protocol = new SpokenProtocol(options.Protocol);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectTime,
            PooledConnectionIdleTimeout = IdleTime,
            UseCookies = false,
            UseProxy = !controller.IsLoopback,
        };
        if (options.CaFile is { } caFile) handler.SslOptions.CertificateChainPolicy = Trust(caFile);
        _addresses = new AlternateAddresses([controller, .. options.OtherControllers], handler);
        _client = new HttpClient(_addresses)
        {
            BaseAddress = controller,
            DefaultRequestVersion = HttpVersion.Version11,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public Uri Controller => _client.BaseAddress!;

    /// <summary>The number of the protocol that is spoken now, as a header has it.</summary>
    public string Protocol => _protocol.Number.ToString(CultureInfo.InvariantCulture);

    /// <summary>For what dials by other means than requests.</summary>
    public HttpMessageInvoker Invoker => _client;

    /// <summary>Unix milliseconds by the controller's clock, as far as we know it.</summary>
    public long Now => _time.GetUtcNow().ToUnixTimeMilliseconds() + Interlocked.Read(ref _offset);

    /// <summary>Sends one request; only answers that say yes come back. The caller disposes the response.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(atMost, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var protocol = _protocol.Number;
        request.Headers.Add(ApiHeaders.Protocol, protocol.ToString(CultureInfo.InvariantCulture));
        try
        {
            // An answer that stops in its middle must end with the patience too; only a blob may take longer than that.
            var until = request.Method == HttpMethod.Get
                ? HttpCompletionOption.ResponseHeadersRead
                : HttpCompletionOption.ResponseContentRead;
            var response = await _client.SendAsync(request, until, either.Token);
            if (response.IsSuccessStatusCode)
            {
                _protocol.Served(protocol);
                return response;
            }

            using (response) throw await RefusalOfAsync(response, protocol, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            if (request.RequestUri is { IsAbsoluteUri: true } silent) _addresses.MoveOn(silent);
            throw new LinkException($"{Asked(request)} did not answer within {atMost.TotalSeconds:0} s", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new LinkException($"{Asked(request)} could not be reached: {e.Message}", e);
        }
    }

    public static async Task<T> ReadAsync<T>(
        HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return JsonSerializer.Deserialize(body, type)
                ?? throw new LinkException("the controller's answer was empty");
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            throw new LinkException($"the controller's answer could not be read: {e.Message}", e);
        }
    }

    public static ByteArrayContent JsonContent(byte[] bytes) =>
        new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    public void Dispose() => _client.Dispose();

    private string Asked(HttpRequestMessage request) =>
        (request.RequestUri is { IsAbsoluteUri: true } address ? address : Controller).Authority;

    private async Task<LinkException> RefusalOfAsync(
        HttpResponseMessage response, int protocol, CancellationToken cancellationToken)
    {
        if (response.Headers.TryGetValues(ApiHeaders.Time, out var times)
            && long.TryParse(times.First(), CultureInfo.InvariantCulture, out var now))
        {
            Interlocked.Exchange(ref _offset, now - _time.GetUtcNow().ToUnixTimeMilliseconds());
        }

        var body = await BodyOfAsync(response, cancellationToken);
        var status = (int)response.StatusCode;
        var passing = status is >= 500 or 401 or 408 or 425 or 429 || body?.Code == ErrorCodes.AgentNotApproved
            || (body?.Code == ErrorCodes.ProtocolUnsupported && _protocol.TryAnother(protocol));
        var problems = body?.Problems is { Count: > 0 } all ? $" ({string.Join("; ", all)})" : "";
        return new LinkException((body?.Detail ?? body?.Title ?? $"the controller answered {status}") + problems)
        {
            Code = body?.Code,
            Permanent = body is not null && !passing,
        };
    }

    // Whoever else answers under this address (a proxy, another program) gives no such body.
    private static async Task<ProblemBody?> BodyOfAsync(
        HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json") return null;
        try
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return JsonSerializer.Deserialize(body, WeirJson.Default.ProblemBody);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static X509ChainPolicy Trust(string caFile)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(caFile);
        }
        catch (CryptographicException e)
        {
            throw new IOException($"{caFile} holds no certificates: {e.Message}", e);
        }

        return policy;
    }
}
