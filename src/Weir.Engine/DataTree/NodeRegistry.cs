using System.Text.Json;
using Weir.Contracts.Nodes;
using Weir.Contracts.Problems;
using Weir.Engine.DataTree.Kinds;
using Weir.Engine.DataTree.Schemas;
using Weir.Engine.Identity;
using Weir.Engine.Storage;

namespace Weir.Engine.DataTree;

/// <summary>Who adds nodes, and where their roots belong.</summary>
/// <param name="Namespace">Of roots; a child is in its parent's.</param>
/// <param name="Owner">The name of the user or token.</param>
/// <param name="Everywhere">Parents may be in any namespace.</param>
public sealed record NodeAuthor(string Namespace, string Owner, bool Everywhere);

/// <summary>What became of nodes that were to be added.</summary>
public abstract record AddNodesOutcome
{
    private AddNodesOutcome()
    {
    }

    public sealed record Added(IReadOnlyList<NodeRow> Nodes) : AddNodesOutcome;

    /// <summary>Nothing was added.</summary>
    public sealed record Invalid(IReadOnlyList<Problem> Problems) : AddNodesOutcome;
}

/// <summary>
/// Adds data nodes: computes what is the controller's to say, and commits each together with its event. There is no
/// change and no removal.
/// </summary>
public sealed class NodeRegistry(IRecordStore records, KindRegistry kinds, IdSource ids, TimeProvider time)
{
    /// <summary>Rows of one commit, so that a large batch does not hold up others.</summary>
    private const int NodesAtOnce = 500;
    private const int MostProblems = 100;

    public Task<AddNodesOutcome> AddAsync(
        NodeAuthor author, AddNodeRequest node, CancellationToken cancellationToken) =>
        AddAsync(author, [new Draft(node, "", null)], whole: true, cancellationToken);

    /// <summary>All of the tree or nothing, with one event for each node.</summary>
    public async Task<AddNodesOutcome> AddTreeAsync(
        NodeAuthor author, AddTreeRequest tree, CancellationToken cancellationToken)
    {
        var drafts = new List<Draft>();
        Flatten(tree, "node", null, drafts);
        var nested = drafts.Where(draft => draft.Above is not null && draft.Node.Parent is not null)
            .Select(draft => NodeRules.At(draft.Path, "parent", "leave it out: the node above it in the tree is meant"))
            .ToList();
        return nested.Count > 0
            ? new AddNodesOutcome.Invalid(nested)
            : await AddAsync(author, drafts, whole: true, cancellationToken);
    }

    /// <summary>All are looked at before the first is added; they are added in their order.</summary>
    public Task<AddNodesOutcome> AddBatchAsync(
        NodeAuthor author, IReadOnlyList<AddNodeRequest> nodes, CancellationToken cancellationToken) =>
        AddAsync(
            author, [.. nodes.Select((node, i) => new Draft(node, $"[{i}]", null))], whole: false, cancellationToken);

    private async Task<AddNodesOutcome> AddAsync(
        NodeAuthor author, List<Draft> drafts, bool whole, CancellationToken cancellationToken)
    {
        var problems = drafts.Count > NodeRules.MaxNodes
            ? [new Problem("", 0, 0, $"at most {NodeRules.MaxNodes} nodes at once")]
            : drafts.SelectMany(draft => NodeRules.Check(draft.Node, draft.Path)).Take(MostProblems).ToList();
        if (problems.Count > 0) return new AddNodesOutcome.Invalid(problems);
        var parents = await ParentsAsync(author, drafts, problems, cancellationToken);
        if (problems.Count > 0) return new AddNodesOutcome.Invalid(problems);
        var rows = Rows(author, drafts, parents);
        var deep = rows.FindIndex(row => NodeIds.DepthOf(row.Lineage) > NodeRules.MaxDepth);
        if (deep >= 0)
        {
            return new AddNodesOutcome.Invalid(
                [NodeRules.At(drafts[deep].Path, "parent", $"a tree has at most {NodeRules.MaxDepth} levels")]);
        }

        await CheckDataAsync(drafts, rows, problems, cancellationToken);
        if (problems.Count > 0) return new AddNodesOutcome.Invalid(problems);
        foreach (var part in rows.Chunk(whole ? rows.Count : NodesAtOnce))
        {
            var commit = new Commit { Nodes = part, Events = [.. part.Select(EventOf)] };
            await records.CommitAsync(commit, cancellationToken);
        }

        return new AddNodesOutcome.Added(rows);
    }

    /// <summary>The stored parents by id; what is not there, or not to be seen, is a problem.</summary>
    private async Task<Dictionary<string, NodeRow>> ParentsAsync(
        NodeAuthor author, List<Draft> drafts, List<Problem> problems, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, NodeRow>(StringComparer.Ordinal);
        foreach (var draft in drafts)
        {
            if (draft.Node.Parent is not { } id || found.ContainsKey(id)) continue;
            var row = await records.GetNodeAsync(id, cancellationToken);
            if (row is not null && (author.Everywhere || row.Namespace == author.Namespace)) found.Add(id, row);
            else if (problems.Count < MostProblems)
                problems.Add(NodeRules.At(draft.Path, "parent", $"there is no node {id} to be seen"));
        }

        return found;
    }

    /// <summary>Holds data to the schemas of their kinds; a kind that nobody registered takes anything.</summary>
    private async Task CheckDataAsync(
        List<Draft> drafts, List<NodeRow> rows, List<Problem> problems, CancellationToken cancellationToken)
    {
        var schemas = new Dictionary<(string Namespace, string Kind), JsonSchema?>();
        for (var i = 0; i < rows.Count && problems.Count < MostProblems; i++)
        {
            var kind = (rows[i].Namespace, rows[i].Kind);
            if (!schemas.TryGetValue(kind, out var schema))
                schemas[kind] = schema = await kinds.SchemaOfAsync(kind.Namespace, kind.Kind, cancellationToken);
            if (schema is null) continue;
            problems.AddRange(schema.Validate(drafts[i].Node.Data ?? NodeViews.Nothing).Select(violation =>
                NodeRules.At(drafts[i].Path, $"data{violation.Instance}", $"{violation.Message} ({violation.Schema})")));
        }
    }

    private List<NodeRow> Rows(NodeAuthor author, List<Draft> drafts, Dictionary<string, NodeRow> parents)
    {
        var rows = new List<NodeRow>(drafts.Count);
        foreach (var draft in drafts)
        {
            var above = draft.Above is { } place ? rows[place]
                : draft.Node.Parent is { } id ? parents[id] : null;
            var body = new NodeBody
            {
                Data = draft.Node.Data, Artifacts = draft.Node.Artifacts, Task = draft.Node.Task,
            };
            rows.Add(Below(above, ids.NextNode(), draft.Node.Name) with
            {
                Namespace = above?.Namespace ?? author.Namespace,
                Json = body.Write(),
                Kind = draft.Node.Kind ?? NodeRules.PlainKind,
                Owner = author.Owner,
                Created = time.GetUtcNow(),
            });
        }

        return rows;
    }

    /// <summary>A row with its place in the tree; the rest is the caller's to fill in.</summary>
    internal static NodeRow Below(NodeRow? above, string id, string name) => new(id, above?.Namespace ?? "", name, "")
    {
        Parent = above?.Id,
        Lineage = above is null ? id : $"{above.Lineage}/{id}",
        Path = NodePath.Below(above?.Path, name),
        Kind = "",
        Owner = "",
        Created = default,
    };

    internal static EventRow EventOf(NodeRow row)
    {
        var data = new NodeEventData
        {
            Id = row.Id,
            Kind = row.Kind,
            Name = row.Name,
            Path = new JsonText(row.Path),
            Parent = row.Parent,
            Owner = row.Owner,
        };
        return new EventRow(
            0, row.Created, "node.created", row.Namespace, row.Id,
            JsonSerializer.Serialize(data, NodeJson.Default.NodeEventData));
    }

    private static void Flatten(AddTreeRequest tree, string path, int? above, List<Draft> drafts)
    {
        var place = drafts.Count;
        drafts.Add(new Draft(tree.Node, path, above));
        if (tree.ChildNodes is not { } children || place >= NodeRules.MaxNodes) return;
        for (var i = 0; i < children.Count; i++) Flatten(children[i], $"{path}.child_nodes[{i}]", place, drafts);
    }

    /// <param name="Above">The place of its parent among the drafts.</param>
    private sealed record Draft(AddNodeRequest Node, string Path, int? Above);
}
