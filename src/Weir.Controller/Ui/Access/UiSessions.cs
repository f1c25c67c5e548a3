using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Weir.Controller.Hosting;
using Weir.Engine.Agents;

namespace Weir.Controller.Ui.Access;

/// <summary>What a signed-in browser stands for; known to it only by a random id.</summary>
/// <param name="TokenHash">Of the token it signed in with: the session ends with that.</param>
/// <param name="FormKey">Must come back with each form, so that no other site can send one.</param>
internal sealed record UiSession(string TokenHash, string FormKey)
{
    /// <summary>Where it was last.</summary>
    public string? Namespace { get; set; }
    public DateTimeOffset Ends { get; set; }
}

/// <summary>
/// Sessions and the codes of sign-in links. Both are kept in memory only: a restart asks everyone to sign in again, and
/// no file can be stolen to pass for someone.
/// </summary>
internal sealed class UiSessions(ControllerOptions options)
{
    public const string Cookie = "weir_session";
    private const int MostSessions = 10_000;
    private const int MostCodes = 100;
    private static readonly TimeSpan Idle = TimeSpan.FromHours(12);
    private static readonly TimeSpan CodeLife = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<string, UiSession> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (string TokenHash, DateTimeOffset Ends)> _codes =
        new(StringComparer.Ordinal);

    /// <summary>Begins a session; the answer is the id that the browser keeps.</summary>
    public string Begin(string tokenHash)
    {
        var now = options.Time.GetUtcNow();
        foreach (var (key, old) in _sessions.Where(pair => pair.Value.Ends <= now)) _sessions.TryRemove(key, out _);
        while (_sessions.Count >= MostSessions)
        {
            _sessions.TryRemove(_sessions.MinBy(pair => pair.Value.Ends).Key, out _);
        }

        var id = Secret();
        _sessions[SecretToken.HashOf(id)] = new UiSession(tokenHash, Secret()) { Ends = now + Idle };
        return id;
    }

    /// <summary>The session of that id, which goes on with its use.</summary>
    public UiSession? Find(string? id)
    {
        if (id is null || !SecretToken.IsPlausible(id)) return null;
        var now = options.Time.GetUtcNow();
        if (!_sessions.TryGetValue(SecretToken.HashOf(id), out var session) || session.Ends <= now) return null;
        session.Ends = now + Idle;
        return session;
    }

    public void End(string? id)
    {
        if (id is not null && SecretToken.IsPlausible(id)) _sessions.TryRemove(SecretToken.HashOf(id), out _);
    }

    /// <summary>A code that begins one session.</summary>
    public string CreateCode(string tokenHash)
    {
        while (_codes.Count >= MostCodes) _codes.TryRemove(_codes.MinBy(pair => pair.Value.Ends).Key, out _);
        var code = Secret();
        _codes[SecretToken.HashOf(code)] = (tokenHash, options.Time.GetUtcNow() + CodeLife);
        return code;
    }

    /// <summary>The hash of the token that the code stands for, the first time and in time.</summary>
    public string? TakeCode(string code) =>
        SecretToken.IsPlausible(code) && _codes.TryRemove(SecretToken.HashOf(code), out var found)
            && found.Ends > options.Time.GetUtcNow() ? found.TokenHash : null;

    private static string Secret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
}
