using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Contracts.Json;
using Weir.Engine.Storage;

namespace Weir.Engine.Vault;

/// <summary>
/// The sealed store: one document per secret, <c>secrets/&lt;namespace&gt;/&lt;name&gt;</c>. Values go in and out of
/// here sealed; only an attempt that is handed out sees one.
/// </summary>
public sealed class SecretStore(IRecordStore records, IDocumentStore documents, MasterKeys keys, TimeProvider time)
    : ISecretSource
{
    private const string Prefix = "secrets/";
    private const int MaxTries = 16;
    private const int PageSize = 200;

    /// <summary>Stores a value that <see cref="SecretRule"/> takes, and tells what is known of it.</summary>
    public async Task<(SecretRecord Record, bool Created)> SetAsync(
        string @namespace, string name, string value, string by, CancellationToken cancellationToken)
    {
        for (var i = 0; i < MaxTries; i++)
        {
            var (known, version) = await LoadAsync(@namespace, name, cancellationToken);
            var now = time.GetUtcNow();
            var record = new SecretRecord
            {
                Name = name,
                Revision = (known?.Revision ?? 0) + 1,
                Created = known?.Created ?? now,
                Updated = now,
                UpdatedBy = by,
                Sealed = Envelope.Seal(keys, What(@namespace, name), Encoding.UTF8.GetBytes(value)),
            };
            if (await CommitAsync(@namespace, record, version, "secret.set", cancellationToken))
                return (record, known is null);
        }

        throw new StoreUnavailableException("the secret met too many concurrent changes");
    }

    /// <summary>By name, after the one given.</summary>
    public async Task<IReadOnlyList<SecretRecord>> ListAsync(
        string @namespace, string? after, int limit, CancellationToken cancellationToken)
    {
        var prefix = Key(@namespace, "");
        var page = await documents.ListAsync(prefix, after is null ? null : prefix + after, limit, cancellationToken);
        return [.. page.Select(Read)];
    }

    /// <summary>False when there is none of that name.</summary>
    public async Task<bool> DeleteAsync(string @namespace, string name, CancellationToken cancellationToken)
    {
        for (var i = 0; i < MaxTries; i++)
        {
            var (known, version) = await LoadAsync(@namespace, name, cancellationToken);
            if (known is null) return false;
            var commit = new Commit
            {
                Documents = [new DocumentWrite(Key(@namespace, name), version, null)],
                Events = [Event("secret.deleted", @namespace, known)],
            };
            if (await records.CommitAsync(commit, cancellationToken) is CommitOutcome.Committed) return true;
        }

        throw new StoreUnavailableException("the secret met too many concurrent changes");
    }

    /// <summary>
    /// Reads the master keys again and seals what another than the first of them wraps anew. Steps go on meanwhile.
    /// </summary>
    /// <param name="namespace">Null = all.</param>
    public async Task<SecretRotation> RotateAsync(string? @namespace, CancellationToken cancellationToken)
    {
        keys.Reload();
        var prefix = @namespace is null ? Prefix : Key(@namespace, "");
        var (sealedAnew, unopened) = (0, new List<string>());
        string? after = null;
        while (await documents.ListAsync(prefix, after, PageSize, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var document in page)
            {
                var rotated = await RotateOneAsync(document, cancellationToken);
                if (rotated == true) sealedAnew++;
                if (rotated is null) unopened.Add(document.Key[Prefix.Length..]);
            }

            after = page[^1].Key;
        }

        return new SecretRotation(keys.CurrentId, sealedAnew, unopened);
    }

    public async ValueTask<SecretLookup> FindAsync(
        string @namespace, string name, CancellationToken cancellationToken)
    {
        var (known, _) = await LoadAsync(@namespace, name, cancellationToken);
        if (known is null) return SecretLookup.Unknown;
        return known.Sealed.Open(keys, What(@namespace, name)) is { } value
            ? new SecretLookup(Encoding.UTF8.GetString(value), null)
            : new SecretLookup(null, $"it does not open with this controller's master keys (it was sealed with {known.Sealed.KeyId})");
    }

    /// <summary>True when it was sealed anew, false when it need not be, null when it does not open.</summary>
    private async Task<bool?> RotateOneAsync(Document document, CancellationToken cancellationToken)
    {
        var names = document.Key[Prefix.Length..].Split('/');
        for (var i = 0; i < MaxTries; i++)
        {
            var (known, version) = await LoadAsync(names[0], names[1], cancellationToken);
            if (known is null || known.Sealed.KeyId == keys.CurrentId) return false;
            var what = What(names[0], names[1]);
            if (known.Sealed.Open(keys, what) is not { } value) return null;
            var anew = known with { Sealed = Envelope.Seal(keys, what, value) };
            if (await CommitAsync(names[0], anew, version, "secret.rotated", cancellationToken)) return true;
        }

        throw new StoreUnavailableException("a secret met too many concurrent changes");
    }

    private async Task<bool> CommitAsync(
        string @namespace, SecretRecord record, long version, string type, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.Serialize(record, VaultJson.Default.SecretRecord);
        var commit = new Commit
        {
            Documents = [new DocumentWrite(Key(@namespace, record.Name), version, json)],
            Events = [Event(type, @namespace, record)],
        };
        return await records.CommitAsync(commit, cancellationToken) is CommitOutcome.Committed;
    }

    private async Task<(SecretRecord? Record, long Version)> LoadAsync(
        string @namespace, string name, CancellationToken cancellationToken) =>
        await documents.GetAsync(Key(@namespace, name), cancellationToken) is { } document
            ? (Read(document), document.Version)
            : (null, 0);

    private EventRow Event(string type, string @namespace, SecretRecord record)
    {
        var told = new SecretEvent(record.Name, record.Revision, record.UpdatedBy);
        var json = JsonSerializer.Serialize(told, VaultJson.Default.SecretEvent);
        return new EventRow(0, time.GetUtcNow(), type, @namespace, record.Name, json);
    }

    private static SecretRecord Read(Document document) =>
        JsonSerializer.Deserialize(document.Json, VaultJson.Default.SecretRecord)!;

    private static string Key(string @namespace, string name) => $"{Prefix}{@namespace}/{name}";

    private static string What(string @namespace, string name) => $"secret {@namespace}/{name}";
}

/// <summary>A secret as it is stored.</summary>
public sealed record SecretRecord
{
    public required string Name { get; init; }

    /// <summary>Counts the values it had, from 1.</summary>
    public required int Revision { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required DateTimeOffset Updated { get; init; }
    public string UpdatedBy { get; set; } = "";
    public required Envelope Sealed { get; init; }
}

/// <param name="KeyId">The master key that now seals.</param>
/// <param name="Rotated">How many secrets were sealed anew.</param>
/// <param name="Unopened">Namespace and name of those that no key opens.</param>
public sealed record SecretRotation(string KeyId, int Rotated, IReadOnlyList<string> Unopened);

internal sealed record SecretEvent(string Name, int Revision, string By);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(InstantConverter)])]
[JsonSerializable(typeof(SecretRecord))]
[JsonSerializable(typeof(SecretEvent))]
[JsonSerializable(typeof(Envelope))]
[JsonSerializable(typeof(IReadOnlyList<string>), TypeInfoPropertyName = "Texts")]
internal sealed partial class VaultJson : JsonSerializerContext;
