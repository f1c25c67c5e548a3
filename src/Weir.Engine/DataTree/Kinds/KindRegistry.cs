using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Contracts.Json;
using Weir.Contracts.Nodes;
using Weir.Contracts.Problems;
using Weir.Engine.DataTree.Schemas;
using Weir.Engine.Signals;
using Weir.Engine.Storage;

namespace Weir.Engine.DataTree.Kinds;

/// <summary>A version of a kind as it is stored, with the schemas of other kinds that it refers to.</summary>
/// <param name="References">By URI, as they were when this version was registered: it never changes by theirs.</param>
internal sealed record StoredKind(KindView View, IReadOnlyDictionary<string, JsonElement> References);

/// <summary>What became of a kind that was to be registered.</summary>
public abstract record CreateKindOutcome
{
    private CreateKindOutcome()
    {
    }

    public sealed record Accepted(KindView Kind, bool Changed) : CreateKindOutcome;

    public sealed record Invalid(IReadOnlyList<Problem> Problems) : CreateKindOutcome;
}

/// <summary>
/// Kinds of nodes. The newest version is the document <c>kinds/&lt;namespace&gt;/&lt;name&gt;</c>, each one also
/// <c>kind-versions/&lt;namespace&gt;/&lt;name&gt;/&lt;n&gt;</c>. A schema refers to another kind of its namespace by
/// <c>weir:/kinds/NAME</c>; nothing is fetched.
/// </summary>
public sealed class KindRegistry(IRecordStore records, IDocumentStore documents, TimeProvider time)
{
    private const string UriPrefix = "weir:/kinds/";
    private const int MaxTries = 16;
    private const int MaxKinds = 1_000;
    private readonly BoundedCache<(string Key, long Version), JsonSchema> _compiled = new(256);

    public async Task<CreateKindOutcome> CreateAsync(
        string @namespace, string by, CreateKindRequest request, CancellationToken cancellationToken)
    {
        if (!NodeRules.IsKind(request.Name)) return Wrong("name", NodeRules.KindRule);
        var others = await ListAsync(@namespace, null, MaxKinds, cancellationToken);
        if (others.Count == MaxKinds) return Wrong("name", $"a namespace has at most {MaxKinds} kinds");
        var known = others.ToDictionary(kind => UriPrefix + kind.Name, kind => kind.Schema!.Value);
        var used = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var compiled = JsonSchema.Compile(request.Schema, Options(request.Name, request.Formats, uri =>
        {
            if (!known.TryGetValue(uri, out var schema)) return null;
            used[uri] = schema;
            return schema;
        }));
        if (compiled.Schema is null)
            return new CreateKindOutcome.Invalid([.. compiled.Problems.Select(one => one with { Path = $"schema{one.Path}" })]);
        var view = new KindView
        {
            Name = request.Name,
            Namespace = @namespace,
            Version = 0,
            Created = time.GetUtcNow(),
            CreatedBy = by,
            Formats = request.Formats,
            Schema = request.Schema,
        };
        return await StoreAsync(new StoredKind(view, used), cancellationToken);
    }

    /// <summary>The newest version, or the one asked for; null when it is not there.</summary>
    public async Task<KindView?> GetAsync(
        string @namespace, string kind, int? version, CancellationToken cancellationToken)
    {
        var key = version is { } number ? VersionKey(@namespace, kind, number) : HeadKey(@namespace, kind);
        return await documents.GetAsync(key, cancellationToken) is { } found ? Read(found).View : null;
    }

    /// <summary>The newest versions, by name.</summary>
    public async Task<IReadOnlyList<KindView>> ListAsync(
        string @namespace, string? after, int limit, CancellationToken cancellationToken)
    {
        var prefix = HeadKey(@namespace, "");
        var page = await documents.ListAsync(prefix, after is null ? null : prefix + after, limit, cancellationToken);
        return [.. page.Select(document => Read(document).View)];
    }

    /// <summary>What data of that kind must be; null when anything goes.</summary>
    public async ValueTask<JsonSchema?> SchemaOfAsync(
        string @namespace, string kind, CancellationToken cancellationToken)
    {
        var key = HeadKey(@namespace, kind);
        if (await documents.GetAsync(key, cancellationToken) is not { } head) return null;
        if (_compiled.TryGet((key, head.Version), out var known)) return known;
        var stored = Read(head);
        var options = Options(kind, stored.View.Formats, uri =>
            stored.References.TryGetValue(uri, out var schema) ? schema : null);
        var schema = JsonSchema.Compile(stored.View.Schema!.Value, options).Schema
            ?? throw new InvalidDataException($"kind {kind} of {@namespace} was registered and cannot be compiled");
        _compiled.Put((key, head.Version), schema);
        return schema;
    }

    private async Task<CreateKindOutcome> StoreAsync(StoredKind kind, CancellationToken cancellationToken)
    {
        var key = HeadKey(kind.View.Namespace, kind.View.Name);
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var head = await documents.GetAsync(key, cancellationToken);
            if (head is not null && IsSame(Read(head), kind))
                return new CreateKindOutcome.Accepted(Read(head).View, Changed: false);
            var view = kind.View with { Version = head is null ? 1 : Read(head).View.Version + 1 };
            var json = JsonSerializer.Serialize(kind with { View = view }, KindJson.Default.StoredKind);
            var shown = JsonSerializer.Serialize(view with { Schema = null }, KindJson.Default.KindView);
            var commit = new Commit
            {
                Documents =
                [
                    new DocumentWrite(key, head?.Version ?? 0, json),
                    new DocumentWrite(VersionKey(view.Namespace, view.Name, view.Version), 0, json),
                ],
                Events = [new EventRow(0, view.Created, "kind.created", view.Namespace, view.Name, shown)],
            };
            if (await records.CommitAsync(commit, cancellationToken) is CommitOutcome.Committed)
                return new CreateKindOutcome.Accepted(view, Changed: true);
        }

        throw new StoreUnavailableException("the kind met too many concurrent changes");
    }

    private static bool IsSame(StoredKind stored, StoredKind wanted) =>
        stored.View.Formats == wanted.View.Formats
        && JsonElement.DeepEquals(stored.View.Schema!.Value, wanted.View.Schema!.Value)
        && stored.References.Count == wanted.References.Count
        && stored.References.All(one =>
            wanted.References.TryGetValue(one.Key, out var other) && JsonElement.DeepEquals(one.Value, other));

    private static SchemaOptions Options(string kind, bool formats, Func<string, JsonElement?> registry) =>
        new() { BaseUri = UriPrefix + kind, AssertFormats = formats, Registry = registry };

    private static CreateKindOutcome.Invalid Wrong(string field, string message) =>
        new([new Problem(field, 0, 0, message)]);

    private static StoredKind Read(Document document) =>
        JsonSerializer.Deserialize(document.Json, KindJson.Default.StoredKind)!;

    private static string HeadKey(string @namespace, string kind) => $"kinds/{@namespace}/{kind}";

    private static string VersionKey(string @namespace, string kind, int version) =>
        string.Create(CultureInfo.InvariantCulture, $"kind-versions/{@namespace}/{kind}/{version:D10}");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(InstantConverter)])]
[JsonSerializable(typeof(StoredKind))]
internal sealed partial class KindJson : JsonSerializerContext;
