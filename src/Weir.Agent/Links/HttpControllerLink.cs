using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Net.Http.Headers;
using System.Text.Json.Serialization.Metadata;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Engine.Links;
using Weir.Engine.Security;

namespace Weir.Agent.Links;

/// <summary>The agent protocol over HTTP/1.1, signed; what must be quick comes over the channel.</summary>
internal sealed class HttpControllerLink(ControllerHttp http, AgentIdentityFile identity, TimeProvider time)
    : IControllerLink, IDisposable
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(60);
    private const int SlowestBytesPerSecond = 64 * 1024;
    private readonly AgentSession _session = new(http, identity, time);
    private AgentChannel? _channel;

    public Task<ClaimResponse> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) => PostAsync(
        "claim", (request, WeirJson.Default.ClaimRequest), WeirJson.Default.ClaimResponse,
        Usual + TimeSpan.FromMilliseconds(request.WaitMilliseconds), cancellationToken);

    public Task<RenewResponse> RenewAsync(RenewRequest request, CancellationToken cancellationToken) => PostAsync(
        "renew", (request, WeirJson.Default.RenewRequest), WeirJson.Default.RenewResponse, Usual, cancellationToken);

    public Task<ReportResponse> ReportAsync(ReportRequest request, CancellationToken cancellationToken) => PostAsync(
        "report", (request, WeirJson.Default.ReportRequest), WeirJson.Default.ReportResponse, Usual, cancellationToken);

    public Task<FinishResponse> FinishAsync(FinishRequest request, CancellationToken cancellationToken) => PostAsync(
        "finish", (request, WeirJson.Default.FinishRequest), WeirJson.Default.FinishResponse, Usual, cancellationToken);

    public async Task<AddMasksResponse> AddMasksAsync(
        AttemptFence fence, IReadOnlyList<string> values, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(values, WeirJson.Default.IReadOnlyListString);
        var key = await _session.SealToAsync(cancellationToken);
        var request = new AddMasksRequest(fence, SealedBox.Seal(key, json, SealedBox.ForMasks(fence)));
        return await PostAsync(
            "masks", (request, WeirJson.Default.AddMasksRequest), WeirJson.Default.AddMasksResponse, Usual,
            cancellationToken);
    }

    public async Task<AppendLogResponse> AppendLogAsync(
        AttemptFence fence, IReadOnlyList<LogPiece> pieces, CancellationToken cancellationToken)
    {
        var length = LogFrames.LengthOf(pieces);
        var frames = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            LogFrames.Write(pieces, frames);
            using var response = await _session.SendAsync(
                () => new HttpRequestMessage(
                    HttpMethod.Post, _session.PathOf("logs") + QueryOf(fence)) { Content = Bytes(frames, length) },
                RequestSignature.DigestOf(frames.AsSpan(0, length)),
                Slow,
                cancellationToken);
            return await ControllerHttp.ReadAsync(response, WeirJson.Default.AppendLogResponse, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frames);
        }
    }

    public async Task<bool> HasBlobAsync(AttemptFence fence, string digest, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await SendBlobAsync(HttpMethod.Head, fence, digest, null, Usual, cancellationToken);
            return true;
        }
        catch (LinkException e) when (e.InnerException is null && e.Code is null or ErrorCodes.BlobNotFound)
        {
            // the answer to a HEAD has no body, so no code either; if it was no "not there", the PUT will say what it
            // was
            return false;
        }
    }

    public async Task PutBlobAsync(
        AttemptFence fence, string digest, long length, Func<Stream> open, CancellationToken cancellationToken)
    {
        var atMost = Slow + TimeSpan.FromSeconds((double)length / SlowestBytesPerSecond);
        using var response = await SendBlobAsync(
            HttpMethod.Put, fence, digest, () =>
                new StreamContent(open()) { Headers = { ContentLength = length } }, atMost, cancellationToken);
    }

    public async Task<Stream> GetBlobAsync(AttemptFence fence, string digest, CancellationToken cancellationToken)
    {
        var response = await SendBlobAsync(HttpMethod.Get, fence, digest, null, Slow, cancellationToken);
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    public Task<ChannelMessage> ReceiveAsync(CancellationToken cancellationToken)
    {
        _channel ??= new AgentChannel(http, _session, time);
        return _channel.ReceiveAsync(cancellationToken);
    }

    public void Dispose()
    {
        _channel?.Dispose();
        _session.Dispose();
    }

    private async Task<TOut> PostAsync<TIn, TOut>(
        string name, (TIn Value, JsonTypeInfo<TIn> Type) body, JsonTypeInfo<TOut> type, TimeSpan atMost,
        CancellationToken cancellationToken)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body.Value, body.Type);
        using var response = await _session.SendAsync(
            () => new HttpRequestMessage(
                HttpMethod.Post, _session.PathOf(name)) { Content = ControllerHttp.JsonContent(bytes) },
            RequestSignature.DigestOf(bytes),
            atMost,
            cancellationToken);
        return await ControllerHttp.ReadAsync(response, type, cancellationToken);
    }

    private Task<HttpResponseMessage> SendBlobAsync(
        HttpMethod method, AttemptFence fence, string digest, Func<HttpContent>? content, TimeSpan atMost,
        CancellationToken cancellationToken) =>
        _session.SendAsync(
            () => new HttpRequestMessage(
                method, _session.PathOf($"blobs/{digest}") + QueryOf(fence)) { Content = content?.Invoke() },
            content is null ? RequestSignature.DigestOf([]) : RequestSignature.StreamedBody,
            atMost,
            cancellationToken);

    private static string QueryOf(AttemptFence fence) => string.Create(
        CultureInfo.InvariantCulture,
        $"?run={Escape(fence.Run)}&step={Escape(fence.Step)}&attempt={fence.Attempt}&lease={fence.Lease}");

    private static string Escape(string text) => Uri.EscapeDataString(text);

    private static ByteArrayContent Bytes(byte[] content, int length) =>
        new(content, 0, length) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
}
