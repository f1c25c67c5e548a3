using Weir.Engine.DataTree.Schemas.Evaluating;

namespace Weir.Engine.DataTree.Schemas.Compiling;

/// <summary>
/// Finds schemas that lead back to themselves without having gone into a member or an item: checking one would never
/// end. What <c>$dynamicRef</c> leads to is only known while a value is checked, and is stopped there.
/// </summary>
internal static class EndlessLoops
{
    /// <returns>The places of each loop, the first again at the end.</returns>
    public static IEnumerable<IReadOnlyList<string>> Find(IEnumerable<SchemaNode> nodes)
    {
        var done = new HashSet<SchemaNode>();
        return nodes.Select(node => Walk(node, done)).Where(loop => loop is not null)!;
    }

    private static List<string>? Walk(SchemaNode start, HashSet<SchemaNode> done)
    {
        var path = new List<(SchemaNode Node, IEnumerator<SchemaNode> Next)>();
        var onPath = new HashSet<SchemaNode>();
        List<string>? loop = null;
        Enter(start);
        while (path is [.., var last])
        {
            if (!last.Next.MoveNext())
            {
                path.RemoveAt(path.Count - 1);
                onPath.Remove(last.Node);
            }
            else if (onPath.Contains(last.Next.Current))
                loop ??= Loop(path.Select(step => step.Node).ToList(), last.Next.Current);
            else Enter(last.Next.Current);
        }

        return loop;

        void Enter(SchemaNode node)
        {
            if (!done.Add(node)) return;
            onPath.Add(node);
            path.Add((node, node.Keywords.SelectMany(keyword => keyword.InPlace).GetEnumerator()));
        }
    }

    private static List<string> Loop(List<SchemaNode> path, SchemaNode again) =>
        [.. path.Skip(path.IndexOf(again)).Append(again).Select(node => node.Place)];
}
