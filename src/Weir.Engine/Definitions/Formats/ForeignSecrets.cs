namespace Weir.Engine.Definitions.Formats;

/// <summary>
/// Gathers secrets. A secret comes as the environment variable of its own name; where the file wants another name, the
/// step begins by exporting it: names only, never a value, become part of a command.
/// </summary>
internal sealed class ForeignSecrets(ProblemList problems)
{
    private readonly Dictionary<string, TreeText> _names = [];
    private readonly List<string> _exports = [];

    public IReadOnlyList<string> Exports => _exports;

    public void AddList(TreeValue? list, string path)
    {
        if (list is null) return;
        IEnumerable<TreeValue> items = list is TreeList many ? many.Items : [list];
        foreach (var (i, item) in items.Index())
        {
            if (item is TreeText { IsNull: false } name) Add(name, TreePath.Item(path, i));
            else problems.Warn(TreePath.Item(path, i), item.Place, $"expected a key, found {item.Description}: no effect");
        }
    }

    /// <param name="variable">The name of an environment variable.</param>
    public void AddAs(string variable, TreeText secret, string path)
    {
        var name = Add(secret, path);
        if (name != variable) _exports.Add($"export {variable}=\"${name}\"");
    }

    public TreeList Build() => Native.List(_names.Values, _names.Values.FirstOrDefault()?.Place ?? default);

    private string Add(TreeText secret, string path)
    {
        var name = NameOf(secret.Value);
        if (name != secret.Value)
            problems.Warn(path, secret.Place, $"the secret `{secret.Value}` is read under the name `{name}`");
        _names.TryAdd(name, Native.Text(name, secret.Place));
        return name;
    }

    /// <summary>Secrets are named like environment variables.</summary>
    public static string NameOf(string key)
    {
        var name = string.Concat(key.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        if (name.Length == 0 || char.IsAsciiDigit(name[0])) name = "_" + name;
        return name.Length > 128 ? name[..128] : name;
    }
}
