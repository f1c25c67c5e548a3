using Weir.Engine.Expressions;

namespace Weir.Engine.Definitions.Formats.Nostromo;

/// <summary>
/// What is known of a flow's state before it runs: the values it begins with, and the results of ops that only
/// compute. Resolves references to them.
/// </summary>
internal sealed class FlowState(ProblemList problems)
{
    private const long MaxWeight = 1024 * 1024;
    private readonly Dictionary<string, TreeValue?> _values = [];

    public bool Has(string id) => _values.ContainsKey(id);

    /// <param name="value">Null: known in the run only.</param>
    public void Set(string id, TreeValue? value) => _values[id] = value;

    /// <summary>Null after a mistake, which is reported.</summary>
    public TreeValue? Resolve(TreeValue value, string path)
    {
        var resolved = Walk(value, path);
        if (resolved is null or { Weight: <= MaxWeight, Height: <= YamlTreeReader.MaxDepth }) return resolved;
        return Report(value, path, "the value is too much when its references are written out");
    }

    /// <summary>The kind of a reference, without its namespace; null when it is none.</summary>
    public static string? KindOf(TreeValue value) =>
        value is TreeList { Items: [TreeText head, ..] } ? head.Value switch
        {
            "nos/ref" or "nos.core/ref" or "nos/ref-local" or "nos.core/ref-local" => "ref",
            "nos/vault" or "nos.core/vault" => "vault",
            "nos/dep" or "nos.core/dep" => "dep",
            "nos/str" or "nos.core/str" => "str",
            "nosana/secret" => "secret",
            "nosana/secrets-jwt" or "nosana/pinata-jwt" => "token",
            _ => null,
        }
        : null;

    /// <summary>Texts in a row as one; null after a mistake.</summary>
    public TreeValue? Join(IEnumerable<TreeValue> parts, TreeValue at, string path)
    {
        var all = parts.ToList();
        var odd = all.Find(p => p is not (TreeText or TemplateValue));
        if (odd is not null) return Report(at, path, $"`str` joins texts, found {odd.Description}");
        if (all.TrueForAll(p => p is TreeText))
            return Native.Text(string.Concat(all.Cast<TreeText>().Select(p => p.IsNull ? "" : p.Value)), at.Place);
        return new TemplateValue(string.Concat(all.Select(TemplateOf)), at.Place);
    }

    /// <summary>Of a text or a template.</summary>
    public static string TemplateOf(TreeValue value) => value switch
    {
        TemplateValue template => template.Template,
        TreeText { IsNull: false } text => Native.Literal(text.Value),
        _ => "",
    };

    private TreeValue? Walk(TreeValue value, string path)
    {
        if (value is TreeList list) return KindOf(list) is { } kind ? Follow(kind, list, path) : WalkList(list, path);
        if (value is not TreeMap map) return value;
        var entries = new List<TreeEntry>();
        foreach (var (key, item) in map.Entries)
        {
            if (Walk(item, TreePath.Key(path, key.Value)) is not { } resolved) return null;
            entries.Add(new TreeEntry(key, resolved));
        }

        return new TreeMap([.. entries], map.Place);
    }

    private TreeList? WalkList(TreeList list, string path)
    {
        var items = new List<TreeValue>();
        foreach (var (i, item) in list.Items.Index())
        {
            if (Walk(item, TreePath.Item(path, i)) is not { } resolved) return null;
            items.Add(resolved);
        }

        return Native.List(items, list.Place);
    }

    private TreeValue? Follow(string kind, TreeList reference, string path)
    {
        var last = reference.Items.Length > 1 ? reference.Items[^1] as TreeText : null;
        switch (kind)
        {
            case "str":
                // the reader tag `#str` takes its parts as one vector
                var written = reference.Items is [_, TreeList only] && KindOf(only) is null ? only : reference with
                {
                    Items = reference.Items[1..],
                };
                return WalkList(written, path) is { } parts
                    ? Join(parts.Items, reference, path)
                    : null;
            case "token":
                return Report(reference, path, "it hands out the node's own access, which no flow gets here");
            case "dep":
                return Native.Text("", reference.Place);
        }

        if (last is null) return Report(reference, path, "the reference names nothing");
        if (kind is "vault" or "secret") return new SecretValue(last, reference.Place);
        if (!_values.TryGetValue(last.Value, out var value))
        {
            return Report(
                last, path, $"nothing before this is named `{last.Value}`{Suggestion.DidYouMean(last.Value, _values.Keys)}");
        }

        return value ?? Report(
            last, path,
            $"what the op `{last.Value}` gives is known in the run only: hand it on as an artifact");
    }

    private TreeValue? Report(TreeValue at, string path, string message)
    {
        problems.Add(path, at.Place, message);
        return null;
    }
}
