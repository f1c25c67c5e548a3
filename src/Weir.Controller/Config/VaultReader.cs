using Weir.Controller.Vault;
using Weir.Engine.Definitions;
using Weir.Engine.Vault;

namespace Weir.Controller.Config;

/// <summary>
/// <c>vault: {key, profile, secrets: {NAME: env:NAME}, files: [{path, namespaces}]}</c>; instead of <c>env:NAME</c>
/// also <c>file:PATH</c> or <c>{from, namespaces}</c>.
/// </summary>
internal static class VaultReader
{
    public static VaultOptions Read(ConfigSection vault, string dataFolder, ConfigSources sources)
    {
        var options = new VaultOptions
        {
            Key = vault.Text("key") is { } key ? OriginOf(vault, "key", key, dataFolder) : null,
            Profile = vault.Text("profile") ?? "default",
            Secrets = [.. ReadSecrets(vault.Section("secrets"), dataFolder)],
            Files = [.. ReadFiles(vault, dataFolder)],
            Environment = sources.Environment,
        };
        vault.End();
        return options;
    }

    private static IEnumerable<ConfiguredSecret> ReadSecrets(ConfigSection secrets, string dataFolder)
    {
        foreach (var name in secrets.Keys)
        {
            if (SecretRule.CheckName(name) is { } unfit) secrets.Wrong(name, $"`{name}` is {unfit}");
            if (!secrets.IsMap(name))
            {
                if (secrets.Text(name) is { } text && OriginOf(secrets, name, text, dataFolder) is { } origin)
                    yield return new ConfiguredSecret(name, origin, []);
                continue;
            }

            var section = secrets.Section(name);
            var from = section.Text("from");
            if (from is null) section.Wrong("from", "say where the secret is: `env:NAME` or `file:PATH`");
            var namespaces = ReadNamespaces(section);
            section.End();
            if (from is not null && OriginOf(section, "from", from, dataFolder) is { } place)
                yield return new ConfiguredSecret(name, place, namespaces);
        }
    }

    private static IEnumerable<PrivateFile> ReadFiles(ConfigSection vault, string dataFolder)
    {
        foreach (var section in vault.Sections("files"))
        {
            var (path, namespaces) = (section.Text("path"), ReadNamespaces(section));
            section.End();
            if (path is null) section.Wrong("path", "a file of secrets needs its `path`");
            else yield return new PrivateFile(Path.GetFullPath(path, dataFolder), namespaces);
        }
    }

    private static IReadOnlyList<string> ReadNamespaces(ConfigSection section)
    {
        var namespaces = section.Texts("namespaces");
        foreach (var name in namespaces.Where(name => !FlowName.IsValid(name)))
            section.Wrong("namespaces", $"`{name}` cannot be the name of a namespace");
        return namespaces;
    }

    private static SecretOrigin? OriginOf(ConfigSection section, string key, string text, string dataFolder)
    {
        var (scheme, name) = text.IndexOf(':', StringComparison.Ordinal) is var colon and > 0
            ? (text[..colon], text[(colon + 1)..])
            : ("", text);
        if (scheme == "env" && name.Length > 0) return new SecretOrigin(false, name);
        if (scheme == "file" && name.Length > 0) return new SecretOrigin(true, Path.GetFullPath(name, dataFolder));
        // the text itself may be the secret, so it is not shown
        section.Wrong(key, "expected `env:NAME` or `file:PATH`; a secret itself does not stand in the config");
        return null;
    }
}
