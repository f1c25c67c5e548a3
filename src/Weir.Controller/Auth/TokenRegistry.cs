using System.Collections.Concurrent;
using System.Text.Json;
using Weir.Contracts.Problems;
using Weir.Contracts.Text;
using Weir.Contracts.Tokens;
using Weir.Engine.Agents;
using Weir.Engine.Definitions;
using Weir.Engine.Identity;
using Weir.Engine.Storage;

namespace Weir.Controller.Auth;

/// <summary>
/// The tokens of people and programs. Only hashes are stored; all records are in memory, so that a request is judged
/// without reading the store and a revocation holds from the moment it is answered.
/// </summary>
internal sealed class TokenRegistry(IRecordStore records, IDocumentStore documents, IdSource ids, TimeProvider time)
{
    public const string NameRule = "a name of a-z, 0-9 and inner hyphens is expected, at most 63 long";
    private const string Prefix = "tokens/";
    private const int MaxTokens = 100_000;
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(3660);
    private readonly ConcurrentDictionary<string, Stored> _byHash = new(StringComparer.Ordinal);

    /// <summary>Those that open something, oldest first.</summary>
    public IEnumerable<TokenRecord> Valid
    {
        get
        {
            var now = time.GetUtcNow();
            return _byHash.Values.Select(stored => stored.Record)
                .Where(record => Opens(record, now))
                .OrderBy(record => record.Id, StringComparer.Ordinal);
        }
    }

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        string? after = null;
        while (await documents.ListAsync(Prefix, after, 500, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var document in page)
            {
                var record = JsonSerializer.Deserialize(document.Json, TokenJson.Default.TokenRecord)!;
                _byHash[document.Key[Prefix.Length..]] = new Stored(record, document.Version);
            }

            after = page[^1].Key;
        }
    }

    /// <summary>Takes in a token that the store may know though this controller does not.</summary>
    public async Task LookUpAsync(string token, CancellationToken cancellationToken)
    {
        if (!SecretToken.IsPlausible(token)) return;
        var hash = SecretToken.HashOf(token);
        if (await documents.GetAsync(Prefix + hash, cancellationToken) is not { } document) return;
        var record = JsonSerializer.Deserialize(document.Json, TokenJson.Default.TokenRecord)!;
        _byHash[hash] = new Stored(record, document.Version);
    }

    /// <summary>The record of a token that is known; whether it still opens anything is the caller's to ask.</summary>
    public TokenRecord? Find(string token) =>
        SecretToken.IsPlausible(token) ? _byHash.GetValueOrDefault(SecretToken.HashOf(token))?.Record : null;

    /// <summary>The same for one whose hash was kept in its place.</summary>
    public TokenRecord? FindByHash(string hash) => _byHash.GetValueOrDefault(hash)?.Record;

    public bool HasExpired(TokenRecord record) => record.Expires <= time.GetUtcNow();

    public async Task<(CreateTokenResponse? Created, IReadOnlyList<Problem> Problems)> CreateAsync(
        CreateTokenRequest request, CancellationToken cancellationToken)
    {
        if (Check(request) is { Count: > 0 } problems) return (null, problems);
        var token = SecretToken.Create();
        var record = await AddAsync(token, request, cancellationToken);
        return (new CreateTokenResponse(token, record.View()), []);
    }

    /// <summary>Makes a token known that came from a file or the config; one that was revoked stays so.</summary>
    public async Task<TokenRecord> EnsureAsync(
        string token, CreateTokenRequest request, CancellationToken cancellationToken) =>
        Find(token) ?? await AddAsync(token, request, cancellationToken);

    /// <summary>False when there is none of that id.</summary>
    public async Task<bool> RevokeAsync(string id, CancellationToken cancellationToken)
    {
        var found = _byHash.FirstOrDefault(pair => pair.Value.Record is { Revoked: false } record && record.Id == id);
        if (found.Key is null) return false;
        await StoreAsync(found.Key, found.Value.Record with { Revoked = true }, found.Value.Version, cancellationToken);
        return true;
    }

    private static bool Opens(TokenRecord record, DateTimeOffset now) => !record.Revoked && !(record.Expires <= now);

    private async Task<TokenRecord> AddAsync(
        string token, CreateTokenRequest request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var record = new TokenRecord
        {
            Id = ids.Next(),
            Name = request.Name,
            Role = request.Role,
            Namespace = request.Namespace,
            Created = now,
            Expires = now + request.ExpiresIn,
        };
        await StoreAsync(SecretToken.HashOf(token), record, version: 0, cancellationToken);
        return record;
    }

    private async Task StoreAsync(string hash, TokenRecord record, long version, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.Serialize(record, TokenJson.Default.TokenRecord);
        var commit = new Commit
        {
            Documents = [new DocumentWrite(Prefix + hash, version, json)],
            Events = [new EventRow(0, time.GetUtcNow(), record.Revoked ? "token.revoked" : "token.created", record.Namespace ?? "", record.Id, json)],
        };
        if (await records.CommitAsync(commit, cancellationToken) is not CommitOutcome.Committed)
            throw new StoreUnavailableException("the token met a concurrent change");
        _byHash[hash] = new Stored(record, version + 1);
    }

    private List<Problem> Check(CreateTokenRequest request)
    {
        List<Problem> problems = [];
        if (request.Name.Length is 0 or > 128 || request.Name.Any(char.IsControl))
            problems.Add(new Problem("name", 0, 0, "a name has 1 to 128 characters and no control characters"));
        if (request.Role == TokenRole.Admin && request.Namespace is not null)
            problems.Add(new Problem("namespace", 0, 0, "an admin's token opens all namespaces: leave it out"));
        if (request.Role != TokenRole.Admin && !FlowName.IsValid(request.Namespace ?? ""))
            problems.Add(new Problem("namespace", 0, 0, NameRule));
        if (request.ExpiresIn is { } life && (life <= TimeSpan.Zero || life > LongestLife))
            problems.Add(new Problem("expires_in", 0, 0, $"more than 0s and at most {Duration.Format(LongestLife)}"));
        if (_byHash.Count >= MaxTokens) problems.Add(new Problem("", 0, 0, $"there are {MaxTokens} tokens already"));
        return problems;
    }

    private sealed record Stored(TokenRecord Record, long Version);
}
