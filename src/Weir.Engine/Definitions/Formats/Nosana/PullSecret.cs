namespace Weir.Engine.Definitions.Formats.Nosana;

/// <summary>
/// Reads <c>image-pull-secret: {url, username, password}</c>. The password must be a secret: one that stands in the
/// file has no effect, as everybody who may read the flow can read it.
/// </summary>
internal static class PullSecret
{
    private static readonly ForeignKeys Keys = new("username", "password")
    {
        WithoutEffect = new() { ["url"] = ": the registry is that of the image" },
    };

    /// <summary>The native login; null when there is none, or none that can be read.</summary>
    public static NativeMap? Read(TreeValue? value, string path, ProblemList problems)
    {
        if (value is null or TreeText { IsNull: true }) return null;
        if (value is not TreeMap map)
        {
            problems.Warn(path, value.Place, $"expected username and password, found {value.Description}: no effect");
            return null;
        }

        Keys.Check(map, path, problems);
        var user = map["username"] as TreeText;
        var secret = map["password"] is TreeMap reference ? PipelineVariables.SecretOf(reference) : null;
        if (user is null or { IsNull: true }) problems.Warn(path, map.Place, "`username` is missing: no effect");
        if (secret is null)
        {
            problems.Warn(
                $"{path}.password", map["password"]?.Place ?? map.Place,
                "expected a secret, as in {type: nosana/secret, value: REGISTRY_PASSWORD}: no effect");
        }

        if (user is null or { IsNull: true } || secret is null) return null;
        var name = ForeignSecrets.NameOf(secret.Value);
        if (name != secret.Value)
            problems.Warn(path, secret.Place, $"the secret `{secret.Value}` is read under the name `{name}`");
        return new NativeMap(map.Place).Set("username", Native.Text(user.Value, user.Place))
            .Set("password", Native.Text(name, secret.Place));
    }
}
