using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Agents;
using Weir.Contracts.Json;
using Weir.Contracts.Routes;
using Weir.Engine.Security;

namespace Weir.Testing;

/// <summary>Speaks the agents' protocol by hand, so that tests can say what an agent would not.</summary>
public sealed class TestControllerAgent(TestController controller) : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private byte[] _sessionKey = [];
    private long _claims;

    public string Id { get; private set; } = "";

    public string Session { get; set; } = "";

    public string Protocol { get; set; } = "1";

    /// <summary>What it says of its host when it enrols.</summary>
    public Dictionary<string, string> Host { get; } = [];

    /// <summary>How far this agent's clock is ahead.</summary>
    public TimeSpan Skew { get; set; }

    public string PublicKey => Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo());

    /// <summary>Enrols with a fresh join token and opens a session.</summary>
    public static async Task<TestControllerAgent> JoinAsync(
        TestController controller, CreateJoinTokenRequest? rights = null)
    {
        var agent = new TestControllerAgent(controller);
        var join = await controller.Admin.Agents.CreateJoinTokenAsync(rights ?? new CreateJoinTokenRequest());
        using var enrolled = await agent.EnrolAsync(join.Token);
        enrolled.EnsureSuccessStatusCode();
        using var opened = await agent.OpenSessionAsync();
        opened.EnsureSuccessStatusCode();
        return agent;
    }

    public async Task<HttpResponseMessage> EnrolAsync(string? joinToken)
    {
        var request = new EnrolRequest("tester", PublicKey) 
        {
            JoinToken = joinToken, Runtimes = ["fake"], Slots = 4, Host = Host,
        };
        var body = JsonSerializer.SerializeToUtf8Bytes(request, WeirJson.Default.EnrolRequest);
        var response = await SignedAsync(ApiRoutes.AgentEnrol, body);
        if (response.IsSuccessStatusCode) Id = (await ReadAsync(response, WeirJson.Default.EnrolResponse)).AgentId;
        return response;
    }

    public async Task<HttpResponseMessage> OpenSessionAsync()
    {
        var response = await SignedAsync(ApiRoutes.Fill(ApiRoutes.AgentSession, Id), []);
        if (!response.IsSuccessStatusCode) return response;
        var session = await ReadAsync(response, WeirJson.Default.SessionResponse);
        using var opener = ECDiffieHellman.Create();
        opener.ImportPkcs8PrivateKey(_key.ExportPkcs8PrivateKey(), out _);
        if (!SealedBox.TryOpen(opener, session.SealedKey, SealedBox.ForSession(Id, session.Session), out _sessionKey))
            throw new CryptographicException("the session's key is not sealed to this agent");
        Session = session.Session;
        return response;
    }

    public async Task<IReadOnlyList<Assignment>> ClaimAsync(int slots = 1, int wait = 5_000)
    {
        var request = new ClaimRequest(new ClaimNonce(1, ++_claims), slots, wait) { Runtimes = ["fake", "process"] };
        return (
            await AskAsync(
                ApiRoutes.AgentClaim, request, WeirJson.Default.ClaimRequest,
                WeirJson.Default.ClaimResponse)).Assignments;
    }

    public Task<ReportResponse> ReportAsync(ReportRequest request) =>
        AskAsync(ApiRoutes.AgentReport, request, WeirJson.Default.ReportRequest, WeirJson.Default.ReportResponse);

    public Task<RenewResponse> RenewAsync(RenewRequest request) =>
        AskAsync(ApiRoutes.AgentRenew, request, WeirJson.Default.RenewRequest, WeirJson.Default.RenewResponse);

    public Task<FinishResponse> FinishAsync(FinishRequest request) =>
        AskAsync(ApiRoutes.AgentFinish, request, WeirJson.Default.FinishRequest, WeirJson.Default.FinishResponse);

    public async Task<AppendLogResponse> AppendLogAsync(AttemptFence fence, params IReadOnlyList<LogPiece> pieces)
    {
        var path = ApiRoutes.Fill(ApiRoutes.AgentLogs, Id) + Query(fence);
        using var response = await SendAsync(HttpMethod.Post, path, LogFrames.Write(pieces));
        response.EnsureSuccessStatusCode();
        return await ReadAsync(response, WeirJson.Default.AppendLogResponse);
    }

    public Task<HttpResponseMessage> BlobAsync(
        HttpMethod method, AttemptFence fence, string digest, byte[]? content = null) =>
        SendAsync(method, ApiRoutes.Fill(ApiRoutes.AgentBlob, Id, digest) + Query(fence), content);

    /// <summary>Sends a request with the session's signature.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[]? content = null)
    {
        var streamed = method == HttpMethod.Put;
        var request = new HttpRequestMessage(method, new Uri(controller.Address, path));
        if (content is not null) request.Content = new ByteArrayContent(content);
        var digest = streamed ? RequestSignature.StreamedBody : RequestSignature.DigestOf(content ?? []);
        var time = Stamp(request);
        var canonical = RequestSignature.Canonical(method.Method, request.RequestUri!.PathAndQuery, time, digest);
        request.Headers.Add(ApiHeaders.Session, Session);
        request.Headers.Add(ApiHeaders.Mac, RequestSignature.Mac(_sessionKey, canonical));
        return await controller.Http.SendAsync(request);
    }

    /// <summary>The headers with which the standing channel is dialled.</summary>
    public IReadOnlyDictionary<string, string> ChannelHeaders()
    {
        var request = new HttpRequestMessage();
        var time = Stamp(request);
        var path = ApiRoutes.Fill(ApiRoutes.AgentChannel, Id);
        var canonical = RequestSignature.Canonical("GET", path, time, RequestSignature.DigestOf([]));
        return new Dictionary<string, string>
        {
            [ApiHeaders.Protocol] = Protocol,
            [ApiHeaders.Time] = time.ToString(CultureInfo.InvariantCulture),
            [ApiHeaders.Session] = Session,
            [ApiHeaders.Mac] = RequestSignature.Mac(_sessionKey, canonical),
        };
    }

    public void Dispose() => _key.Dispose();

    private async Task<HttpResponseMessage> SignedAsync(string path, byte[] body)
    {
        var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri(controller.Address, path)) { Content = new ByteArrayContent(body) };
        var time = Stamp(request);
        var canonical = RequestSignature.Canonical("POST", path, time, RequestSignature.DigestOf(body));
        request.Headers.Add(ApiHeaders.Signature, RequestSignature.Sign(_key, canonical));
        return await controller.Http.SendAsync(request);
    }

    private async Task<TOut> AskAsync<TIn, TOut>(
        string route, TIn value, JsonTypeInfo<TIn> input, JsonTypeInfo<TOut> output)
    {
        using var response = await SendAsync(
            HttpMethod.Post, ApiRoutes.Fill(route, Id), JsonSerializer.SerializeToUtf8Bytes(value, input));
        if (response.StatusCode != HttpStatusCode.OK)
            throw new HttpRequestException($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        return await ReadAsync(response, output);
    }

    private long Stamp(HttpRequestMessage request)
    {
        var time = (controller.Options.Time.GetUtcNow() + Skew).ToUnixTimeMilliseconds();
        request.Headers.Add(ApiHeaders.Protocol, Protocol);
        request.Headers.Add(ApiHeaders.Time, time.ToString(CultureInfo.InvariantCulture));
        return time;
    }

    private static string Query(AttemptFence fence) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"?run={fence.Run}&step={fence.Step}&attempt={fence.Attempt}&lease={fence.Lease}");

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type)
    {
        await using var body = await response.Content.ReadAsStreamAsync();
        return (await JsonSerializer.DeserializeAsync(body, type))!;
    }
}
