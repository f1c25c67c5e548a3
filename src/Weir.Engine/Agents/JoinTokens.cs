using System.Text.Json;
using Weir.Contracts.Agents;
using Weir.Contracts.Problems;
using Weir.Contracts.Tokens;
using Weir.Engine.Identity;
using Weir.Engine.Storage;

namespace Weir.Engine.Agents;

/// <summary>Rights to enrol: limited in uses and time; what they grant is decided when they are made.</summary>
public sealed class JoinTokens(IRecordStore records, IDocumentStore documents, IdSource ids, TimeProvider time)
{
    private const string Prefix = "join-tokens/";
    private const int MaxUses = 10_000;
    private const int MaxListed = 1_000;
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(366);

    /// <summary>The token, shown this once, or what is wrong with the request.</summary>
    public async Task<(CreateJoinTokenResponse? Created, IReadOnlyList<Problem> Problems)> CreateAsync(
        CreateJoinTokenRequest request, CancellationToken cancellationToken)
    {
        List<Problem> problems = [.. AgentRules.CheckRights(request.Labels, request.Namespaces)];
        if (request.Uses is < 1 or > MaxUses) problems.Add(AgentRules.At("uses", $"uses are 1 to {MaxUses}"));
        if (request.ExpiresIn <= TimeSpan.Zero || request.ExpiresIn > LongestLife)
            problems.Add(
                AgentRules.At("expires_in", $"a join token lives more than 0s and at most {LongestLife.Days}d"));
        if (problems.Count > 0) return (null, problems);

        var now = time.GetUtcNow();
        var token = SecretToken.Create();
        var record = new JoinTokenRecord
        {
            Id = ids.Next(),
            Labels = request.Labels,
            Namespaces = request.Namespaces,
            UsesLeft = request.Uses,
            Created = now,
            Expires = now + request.ExpiresIn,
        };
        await RemoveExpiredAsync(now, cancellationToken);
        var write = new DocumentWrite(Prefix + SecretToken.HashOf(token), 0, Write(record));
        await records.CommitAsync(new Commit { Documents = [write] }, cancellationToken);
        return (new CreateJoinTokenResponse(token, record.Expires), []);
    }

    /// <summary>Those that can still be used, oldest first.</summary>
    public async Task<IReadOnlyList<JoinTokenView>> ListAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var stored = await documents.ListAsync(Prefix, null, MaxListed, cancellationToken);
        return
        [
            .. stored.Select(Read)
                .Where(record => record.UsesLeft > 0 && record.Expires > now)
                .OrderBy(record => record.Id, StringComparer.Ordinal)
                .Select(record => new JoinTokenView
                {
                    Id = record.Id,
                    Labels = record.Labels,
                    Namespaces = record.Namespaces,
                    UsesLeft = record.UsesLeft,
                    Created = record.Created,
                    Expires = record.Expires,
                }),
        ];
    }

    /// <summary>False when there is none of that id.</summary>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        var stored = await documents.ListAsync(Prefix, null, MaxListed, cancellationToken);
        if (stored.FirstOrDefault(document => Read(document).Id == id) is not { } found) return false;
        await RemoveAsync(found, cancellationToken);
        return true;
    }

    internal async Task<Redemption> RedeemAsync(string? token, CancellationToken cancellationToken)
    {
        if (token is null) return new Redemption(null, null, []);
        var key = Prefix + SecretToken.HashOf(token);
        if (!SecretToken.IsPlausible(token) || await documents.GetAsync(key, cancellationToken) is not { } document)
            return Redemption.Refused(
                ErrorCodes.TokenNotFound, "the join token is not known: ask an admin for a new one");
        var record = Read(document);
        if (record.Expires <= time.GetUtcNow())
            return Redemption.Refused(
                ErrorCodes.TokenExpired, "the join token has expired: ask an admin for a new one");
        if (record.UsesLeft <= 0)
            return Redemption.Refused(ErrorCodes.TokenUsed, "the join token was used before: each agent needs its own");
        var spent = record with { UsesLeft = record.UsesLeft - 1 };
        return new Redemption(record, null, [new DocumentWrite(key, document.Version, Write(spent))]);
    }

    private async Task RemoveExpiredAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var document in await documents.ListAsync(Prefix, null, MaxListed, cancellationToken))
        {
            if (Read(document).Expires < now) await RemoveAsync(document, cancellationToken);
        }
    }

    private async Task RemoveAsync(Document document, CancellationToken cancellationToken)
    {
        var write = new DocumentWrite(document.Key, document.Version, Json: null);
        await records.CommitAsync(new Commit { Documents = [write] }, cancellationToken);
    }

    private static JoinTokenRecord Read(Document document) =>
        JsonSerializer.Deserialize(document.Json, AgentJson.Default.JoinTokenRecord)!;

    private static string Write(JoinTokenRecord record) =>
        JsonSerializer.Serialize(record, AgentJson.Default.JoinTokenRecord);
}

/// <summary>What a join token grants, with the write that spends it.</summary>
internal sealed record Redemption(JoinTokenRecord? Grant, EnrolOutcome? Refusal, IReadOnlyList<DocumentWrite> Writes)
{
    public static Redemption Refused(string code, string why) =>
        new(null, new EnrolOutcome.TokenRefused(code, why), []);

    public AgentRecord Apply(AgentRecord record) => Grant is null
        ? record
        : record with { State = AgentState.Active, Labels = Grant.Labels, Namespaces = Grant.Namespaces };
}
