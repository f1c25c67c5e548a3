using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Engine.Links;
using Weir.Engine.Security;

namespace Weir.Agent.Links;

/// <summary>
/// Signs an agent's requests: with its own key to open a session, with the session's key from then on. A session that
/// the controller does not know (any more) is replaced, and the request made again, once.
/// </summary>
internal sealed class AgentSession(ControllerHttp http, AgentIdentityFile identity, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan OpenTime = TimeSpan.FromSeconds(15);
    private readonly SemaphoreSlim _opening = new(1, 1);
    private volatile Opened? _opened;

    public string PathOf(string rest) => $"/v1/agents/{identity.AgentId}/{rest}";

    /// <summary>
    /// Sends what <paramref name="make"/> makes (twice, if need be), signed. The caller disposes the response.
    /// </summary>
    public async Task<HttpResponseMessage> SendAsync(
        Func<HttpRequestMessage> make, string bodyDigest, TimeSpan atMost, CancellationToken cancellationToken)
    {
        for (var again = false; ; again = true)
        {
            var opened = await OpenAsync(cancellationToken);
            using var request = make();
            foreach (var (name, value) in Headers(
                request.Method.Method, request.RequestUri!.OriginalString, bodyDigest, opened))
            {
                request.Headers.Add(name, value);
            }

            try
            {
                return await http.SendAsync(request, atMost, cancellationToken);
            }
            catch (LinkException e) when (!again && e.Code == ErrorCodes.SignatureInvalid)
            {
                Forget(opened);
            }
        }
    }

    /// <summary>
    /// The headers of a signed request without a body, for what does not go through <see cref="SendAsync"/>.
    /// </summary>
    public async Task<IReadOnlyList<(string Name, string Value)>> HeadersAsync(
        string method, string pathAndQuery, CancellationToken cancellationToken) =>
        Headers(method, pathAndQuery, RequestSignature.DigestOf([]), await OpenAsync(cancellationToken));

    /// <summary>The key that secrets are sealed to on their way to the controller.</summary>
    public async Task<byte[]> SealToAsync(CancellationToken cancellationToken) =>
        (await OpenAsync(cancellationToken)).SealTo
        ?? throw new LinkException("the controller is older than masks that steps add") { Permanent = true };

    /// <summary>The controller did not know the session: the next request opens another.</summary>
    public void Forget() => _opened = null;

    public void Dispose() => _opening.Dispose();

    private (string Name, string Value)[] Headers(string method, string pathAndQuery, string bodyDigest, Opened opened)
    {
        var now = http.Now;
        var canonical = RequestSignature.Canonical(method, pathAndQuery, now, bodyDigest);
        return
        [
            (ApiHeaders.Session, opened.Session),
            (ApiHeaders.Time, now.ToString(CultureInfo.InvariantCulture)),
            (ApiHeaders.Mac, RequestSignature.Mac(opened.Key, canonical)),
        ];
    }

    private void Forget(Opened opened)
    {
        if (ReferenceEquals(_opened, opened)) _opened = null;
    }

    [SuppressMessage(
        "ApiDesign", "RS0030:Do not use banned APIs", Justification = "speaks HTTP, so it is never simulated")]
    private async Task<Opened> OpenAsync(CancellationToken cancellationToken)
    {
        if (_opened is { } ready && time.GetElapsedTime(ready.Since) < ready.Life) return ready;
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_opened is { } other && time.GetElapsedTime(other.Since) < other.Life) return other;
            return _opened = await AskAsync(cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task<Opened> AskAsync(CancellationToken cancellationToken)
    {
        for (var again = false; ; again = true)
        {
            try
            {
                return await AskOnceAsync(cancellationToken);
            }
            catch (LinkException e) when (!again && e.Code == ErrorCodes.SignatureInvalid)
            {
                // our clock was wrong: the refusal has set it right
            }
        }
    }

    private async Task<Opened> AskOnceAsync(CancellationToken cancellationToken)
    {
        var path = PathOf("session");
        var since = time.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        OwnSignature.Add(request, path, [], http.Now, identity);
        using var response = await http.SendAsync(request, OpenTime, cancellationToken);
        var answer = await ControllerHttp.ReadAsync(response, WeirJson.Default.SessionResponse, cancellationToken);
        var associated = SealedBox.ForSession(identity.AgentId!, answer.Session);
        if (!SealedBox.TryOpen(identity.Opening, answer.SealedKey, associated, out var key))
        {
            throw new LinkException("the controller's session key was not sealed to this agent") { Permanent = true };
        }

        return new Opened(answer.Session, key, since, TimeSpan.FromMilliseconds(answer.ExpiresInMilliseconds) - Margin)
        {
            SealTo = answer.SealTo is { } sealTo ? Convert.FromBase64String(sealTo) : null,
        };
    }

    private sealed record Opened(string Session, byte[] Key, long Since, TimeSpan Life)
    {
        public byte[]? SealTo { get; init; }
    }
}

/// <summary>A request signed with the agent's own key, before there is a session.</summary>
internal static class OwnSignature
{
    public static void Add(HttpRequestMessage request, string path, byte[] body, long now, AgentIdentityFile identity)
    {
        var canonical = RequestSignature.Canonical(request.Method.Method, path, now, RequestSignature.DigestOf(body));
        request.Headers.Add(ApiHeaders.Time, now.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(ApiHeaders.Signature, RequestSignature.Sign(identity.Signing, canonical));
    }
}
