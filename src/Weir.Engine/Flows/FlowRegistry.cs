using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Weir.Contracts.Flows;
using Weir.Contracts.Problems;
using Weir.Engine.Definitions;
using Weir.Engine.Running;
using Weir.Engine.Signals;
using Weir.Engine.Storage;

namespace Weir.Engine.Flows;

/// <summary>
/// Stored flows. A revision never changes once it is stored
/// (<c>flow-revisions/&lt;namespace&gt;/&lt;name&gt;/&lt;n&gt;</c>); the head
/// (<c>flows/&lt;namespace&gt;/&lt;name&gt;</c>) names the newest. Deleting hides a flow; its runs keep their plans.
/// </summary>
public sealed class FlowRegistry(IRecordStore records, IDocumentStore documents, TimeProvider time)
{
    private const int MaxTries = 16;
    private readonly BoundedCache<string, FlowDefinition> _parsed = new(256);
    private readonly BoundedCache<string, (FlowHead Head, long Version)> _heads = new(1_024);

    /// <summary>Stores a new revision unless the newest is equal.</summary>
    /// <param name="by">Who asks, for people.</param>
    public async Task<CreateFlowOutcome> CreateAsync(
        string @namespace, string by, CreateFlowRequest request, CancellationToken cancellationToken)
    {
        var read = FlowReader.Read(request.Definition, request.File);
        if (read.Flow is not { } flow) return new CreateFlowOutcome.Invalid(read.Problems);
        var view = FlowSummary.Of(flow) with
        {
            Namespace = @namespace,
            Created = time.GetUtcNow(),
            CreatedBy = by,
            Definition = request.Definition,
        };
        for (var i = 0; i < MaxTries; i++)
        {
            if (await TryCreateAsync(view, request, read.Problems, cancellationToken) is { } outcome) return outcome;
        }

        throw new StoreUnavailableException("the flow met too many concurrent changes");
    }

    /// <summary>The newest revision or the one asked for, with its definition; null when it is not there.</summary>
    public async Task<FlowView?> GetAsync(
        string @namespace, string flow, int? revision, CancellationToken cancellationToken)
    {
        var (head, _) = await HeadAsync(@namespace, flow, cancellationToken);
        if (head is null or { Deleted: true }) return null;
        var document = await documents.GetAsync(
            RevisionKey(@namespace, flow, revision ?? head.View.Revision), cancellationToken);
        return document is null ? null : JsonSerializer.Deserialize(document.Json, FlowJson.Default.FlowView);
    }

    /// <summary>By name. <paramref name="after"/>: the <see cref="FlowPage.Next"/> of the page before.</summary>
    public async Task<FlowPage> ListAsync(
        string @namespace, string? after, int limit, CancellationToken cancellationToken)
    {
        var prefix = HeadKey(@namespace, "");
        var key = after is null ? null : prefix + after;
        var flows = new List<FlowView>();
        while (await documents.ListAsync(prefix, key, limit, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var document in page)
            {
                if (flows.Count == limit) return new FlowPage(flows, flows[^1].Name);
                var head = JsonSerializer.Deserialize(document.Json, FlowJson.Default.FlowHead)!;
                if (!head.Deleted) flows.Add(head.View);
                key = document.Key;
            }

            if (page.Count < limit) break;
        }

        return new FlowPage(flows, null);
    }

    /// <summary>Newest first, without definitions; null when the flow is not there.</summary>
    public async Task<FlowPage?> ListRevisionsAsync(
        string @namespace, string flow, int? before, int limit, CancellationToken cancellationToken)
    {
        var (head, _) = await HeadAsync(@namespace, flow, cancellationToken);
        if (head is null or { Deleted: true }) return null;
        var views = new List<FlowView>();
        var revision = Math.Min(before - 1 ?? head.View.Revision, head.View.Revision);
        for (; revision > 0 && views.Count < limit; revision--)
        {
            var document = await documents.GetAsync(RevisionKey(@namespace, flow, revision), cancellationToken);
            if (document is null) continue;
            views.Add(JsonSerializer.Deserialize(document.Json, FlowJson.Default.FlowView)! with { Definition = null });
        }

        var next = revision > 0 && views.Count > 0 ? (revision + 1).ToString(CultureInfo.InvariantCulture) : null;
        return new FlowPage(views, next);
    }

    /// <summary>False when it is not there.</summary>
    public async Task<bool> DeleteAsync(string @namespace, string flow, CancellationToken cancellationToken)
    {
        for (var i = 0; i < MaxTries; i++)
        {
            var (head, version) = await HeadAsync(@namespace, flow, cancellationToken);
            if (head is null or { Deleted: true }) return false;
            var commit = new Commit
            {
                Documents =
                    [new DocumentWrite(HeadKey(@namespace, flow), version, Write(head with { Deleted = true }))],
                Events = [Event("flow.deleted", head.View)],
            };
            if (await records.CommitAsync(commit, cancellationToken) is CommitOutcome.Committed) return true;
        }

        throw new StoreUnavailableException("the flow met too many concurrent changes");
    }

    /// <summary>
    /// The definition to plan a run from; null when flow or revision is not there. Parsed ones are kept at hand.
    /// </summary>
    public async ValueTask<StoredFlow?> FindAsync(
        string @namespace, string flow, int? revision, CancellationToken cancellationToken)
    {
        var (head, _) = await HeadAsync(@namespace, flow, cancellationToken);
        if (head is null or { Deleted: true }) return null;
        var wanted = revision ?? head.View.Revision;
        var key = RevisionKey(@namespace, flow, wanted);
        if (_parsed.TryGet(key, out var known)) return new StoredFlow(known, wanted);
        var document = await documents.GetAsync(key, cancellationToken);
        if (document is null) return null;
        var view = JsonSerializer.Deserialize(document.Json, FlowJson.Default.FlowView)!;
        var read = FlowReader.Read(view.Definition!);
        if (read.Flow is not { } definition) return null;

        // a file of a format without names was named by its file when it was stored
        definition = definition with { Name = view.Name };
        _parsed.Put(key, definition);
        return new StoredFlow(definition, wanted);
    }

    private async Task<CreateFlowOutcome?> TryCreateAsync(
        FlowView view, CreateFlowRequest request, IReadOnlyList<Problem> warnings, CancellationToken cancellationToken)
    {
        var (head, version) = await HeadAsync(view.Namespace, view.Name, cancellationToken);
        var newest = head is null or { Deleted: true } ? 0 : head.View.Revision;
        if (request.ExpectedRevision is { } expected && expected != newest)
            return new CreateFlowOutcome.Conflict(newest);
        var hash = HashOf(request.Definition);
        if (head is { Deleted: false } && head.ContentHash == hash)
            return new CreateFlowOutcome.Accepted(head.View, Changed: false, warnings);
        var stored = view with { Revision = (head?.View.Revision ?? 0) + 1 };
        var summary = stored with { Definition = null };
        if (request.DryRun) return new CreateFlowOutcome.Accepted(summary, Changed: true, warnings);
        var commit = new Commit
        {
            Documents =
            [
                new DocumentWrite(HeadKey(view.Namespace, view.Name), version, Write(new FlowHead(summary, hash))),
                new DocumentWrite(
                    RevisionKey(view.Namespace, view.Name, stored.Revision), 0,
                    JsonSerializer.Serialize(stored, FlowJson.Default.FlowView)),
            ],
            Events = [Event("flow.created", summary)],
        };
        return await records.CommitAsync(commit, cancellationToken) is CommitOutcome.Committed
            ? new CreateFlowOutcome.Accepted(summary, Changed: true, warnings)
            : null;
    }

    private async Task<(FlowHead? Head, long Version)> HeadAsync(
        string @namespace, string flow, CancellationToken cancellationToken)
    {
        var key = HeadKey(@namespace, flow);
        if (await documents.GetAsync(key, cancellationToken) is not { } document) return (null, 0);
        if (_heads.TryGet(key, out var known) && known.Version == document.Version) return known;
        var head = JsonSerializer.Deserialize(document.Json, FlowJson.Default.FlowHead)!;
        _heads.Put(key, (head, document.Version));
        return (head, document.Version);
    }

    private EventRow Event(string type, FlowView view) => new(
        0, time.GetUtcNow(), type, view.Namespace, view.Name,
        JsonSerializer.Serialize(view, FlowJson.Default.FlowView));

    private static string HeadKey(string @namespace, string flow) => $"flows/{@namespace}/{flow}";

    // padded, so that the store's ordinal order is the order of revisions
    private static string RevisionKey(string @namespace, string flow, int revision) =>
        string.Create(CultureInfo.InvariantCulture, $"flow-revisions/{@namespace}/{flow}/{revision:D10}");

    private static string Write(FlowHead head) => JsonSerializer.Serialize(head, FlowJson.Default.FlowHead);

    private static string HashOf(string definition) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(definition)));
}
