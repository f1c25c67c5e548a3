namespace Weir.Engine.Definitions.Formats.Nosana;

/// <summary>Reads <c>environment</c>: values stay values, secrets become secrets.</summary>
internal static class PipelineVariables
{
    private static readonly ForeignKeys SecretKeys = new("type", "value")
    {
        WithoutEffect = new() { ["endpoint"] = ": secrets come from this controller's own vault" },
    };

    public static void Add(
        TreeValue? environment, string path, (NativeMap Env, ForeignSecrets Secrets) target, ProblemList problems)
    {
        if (environment is null or TreeText { IsNull: true }) return;
        if (environment is TreeList list)
        {
            problems.Warn(path, list.Place, "the environment is a list: taken as a map");
            foreach (var (i, item) in list.Items.Index()) Add(item, TreePath.Item(path, i), target, problems);
        }
        else if (environment is TreeMap map)
        {
            foreach (var entry in map.Entries) AddOne(entry, TreePath.Key(path, entry.Key.Value), target, problems);
        }
        else
        {
            problems.Warn(path, environment.Place, $"expected a map, found {environment.Description}: no effect");
        }
    }

    public static void AddOne(
        TreeEntry entry, string path, (NativeMap Env, ForeignSecrets Secrets) target, ProblemList problems)
    {
        var (key, value) = entry;
        if (TextFormat.EnvName.Check(key.Value) is { } problem)
            problems.Warn(path, key.Place, $"{problem}: no effect");
        else if (value is TreeText text)
            target.Env.Set(key.Value, Native.Text(text.IsNull ? "" : Native.Literal(text.Value), text.Place));
        else if (value is TreeMap map && SecretOf(map) is { } secret)
            AddSecret(key, map, secret, path, target.Secrets, problems);
        else if (value is TreeMap plain && plain.Text("type") == "string" && plain.Text("value") is { } literal)
            target.Env.Set(key.Value, Native.Text(Native.Literal(literal), plain.Place));
        else
            problems.Warn(path, value.Place, $"expected a text or a secret, found {value.Description}: no effect");
    }

    public static bool IsSecret(TreeValue value) => value is TreeMap map && SecretOf(map) is not null;

    private static void AddSecret(
        TreeText key, TreeMap map, TreeText secret, string path, ForeignSecrets secrets, ProblemList problems)
    {
        SecretKeys.Check(map, path, problems);
        secrets.AddAs(key.Value, secret, path);
    }

    public static TreeText? SecretOf(TreeMap map) => map.Text("type") is "nosana/secret" or "nos/vault" or "nos.core/vault"
        ? map["value"] as TreeText
        : null;
}
