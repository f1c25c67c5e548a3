using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Contracts.Nodes;
using Weir.Contracts.Problems;
using Weir.Controller.Features.Requests;
using Weir.Engine.DataTree;

namespace Weir.Controller.Features.Nodes;

/// <summary>What is sent to be added: a node, or a tree (<c>{node, child_nodes}</c>).</summary>
internal sealed record AddNodeBody(AddNodeRequest? Node, AddTreeRequest? Tree)
{
    private const int MaxLine = 2 << 20;
    private const int MostProblems = 100;

    /// <summary>Fields of a node that a client might send and that would be lost without a word.</summary>
    private static readonly string[] Computed = ["id", "path", "owner", "created", "updated", "namespace"];
    private static readonly string[] Known = ["name", "parent", "kind", "data", "artifacts", "task"];

    public static async Task<(AddNodeBody? Body, Refusal? Refusal)> ReadAsync(HttpContext context)
    {
        var (json, refusal) = await JsonBody.ReadAsync<JsonDocument>(context);
        if (json is null) return (null, refusal);
        using var owned = json;
        var root = json.RootElement;
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("node", out _))
        {
            var (tree, wrong) = JsonBody.Read<AddTreeRequest>(root);
            return tree is null ? (null, wrong) : (new AddNodeBody(null, tree), Strange(root));
        }

        var (node, malformed) = JsonBody.Read<AddNodeRequest>(root);
        return node is null ? (null, malformed) : (new AddNodeBody(node, null), Refused(StrangeIn(root, "")));
    }

    /// <summary>One JSON object a line.</summary>
    public static async Task<(IReadOnlyList<AddNodeRequest> Nodes, Refusal? Refusal)> ReadLinesAsync(
        HttpContext context)
    {
        var nodes = new List<AddNodeRequest>();
        var problems = new List<Problem>();
        using var lines = new StreamReader(context.Request.Body);
        for (var number = 1; await lines.ReadLineAsync(context.RequestAborted) is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (line.Length > MaxLine) return ([], Refusal.TooLarge($"line {number}: at most {MaxLine >> 20} MiB"));
            if (nodes.Count == NodeRules.MaxNodes)
                return ([], Refusal.TooLarge($"at most {NodeRules.MaxNodes} nodes at once"));
            Add(line, number, nodes, problems);
            if (problems.Count >= MostProblems) break;
        }

        return problems.Count > 0
            ? ([], Refusal.Invalid(problems, ErrorCodes.NodeInvalid))
            : (nodes, null);
    }

    private static void Add(string line, int number, List<AddNodeRequest> nodes, List<Problem> problems)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var (node, refusal) = JsonBody.Read<AddNodeRequest>(json.RootElement);
            problems.AddRange((refusal?.Problems ?? [.. StrangeIn(json.RootElement, "")])
                .Select(problem => problem with { Line = number }));
            if (node is not null) nodes.Add(node);
        }
        catch (JsonException malformed)
        {
            problems.Add(new Problem("", number, (int)(malformed.BytePositionInLine + 1 ?? 0), malformed.Message));
        }
    }

    private static Refusal? Strange(JsonElement tree) => Refused(StrangeInTree(tree, ""));

    private static Refusal? Refused(IEnumerable<Problem> problems) =>
        problems.Take(MostProblems).ToList() is { Count: > 0 } some
            ? Refusal.Invalid(some, ErrorCodes.NodeInvalid)
            : null;

    private static IEnumerable<Problem> StrangeInTree(JsonElement tree, string path)
    {
        if (tree.ValueKind != JsonValueKind.Object)
        {
            yield return new Problem(path.TrimEnd('.'), 0, 0, "a tree is an object with the key `node`, not null");
            yield break;
        }

        foreach (var problem in StrangeIn(tree.GetProperty("node"), path + "node.")) yield return problem;
        if (!tree.TryGetProperty("child_nodes", out var children) || children.ValueKind != JsonValueKind.Array)
            yield break;
        var place = 0;
        foreach (var child in children.EnumerateArray())
        {
            foreach (var problem in StrangeInTree(child, $"{path}child_nodes[{place}].")) yield return problem;
            place++;
        }
    }

    private static IEnumerable<Problem> StrangeIn(JsonElement node, string path)
    {
        foreach (var field in node.EnumerateObject().Select(field => field.Name).Where(name => !Known.Contains(name)))
        {
            yield return new Problem(path + field, 0, 0, Computed.Contains(field)
                ? "the controller computes this; leave it out"
                : $"a node has no such field: {string.Join(", ", Known)}; everything else belongs into data");
        }
    }
}
