using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Weir.Runtimes.Docker.Api;

/// <summary>
/// What the user's own Docker client is set to: which engine (<c>DOCKER_HOST</c>, else the context), and the
/// credentials of registries, read anew each time as a login changes them.
/// </summary>
/// <param name="setting">An environment variable of the user.</param>
internal sealed class DockerFiles(Func<string, string?> setting)
{
    private const string UnixScheme = "unix://";
    private const string Default = "/var/run/docker.sock";

    private string Folder => setting("DOCKER_CONFIG") ?? Path.Combine(setting("HOME") ?? "/root", ".docker");

    /// <summary>Path of the socket; null when the user's engine is not on a Unix socket.</summary>
    public string? FindSocket()
    {
        if (setting("DOCKER_HOST") is { Length: > 0 } host) return PathOf(host);
        var context = setting("DOCKER_CONTEXT") is { Length: > 0 } named ? named : CurrentContext();
        if (context is not (null or "" or "default")) return PathOf(HostOf(context) ?? "");
        string[] own = setting("XDG_RUNTIME_DIR") is { } runtime
            ? [Path.Combine(runtime, "docker.sock"), Path.Combine(runtime, "podman/podman.sock")]
            : [];
        string[] usual = [Default, .. own, "/run/podman/podman.sock"];
        return usual.FirstOrDefault(File.Exists) ?? Default;
    }

    /// <summary>
    /// Of the registry's own helper program, of the helper for all, or of the file itself; null when the user has none.
    /// </summary>
    public async Task<Credentials?> CredentialsForAsync(string registry, CancellationToken cancellationToken)
    {
        using var config = Read(Path.Combine(Folder, "config.json"));
        if (config?.RootElement is not { ValueKind: JsonValueKind.Object } root) return null;
        string[] names = registry == "docker.io"
            ? ["https://index.docker.io/v1/", "index.docker.io", registry]
            : [registry, $"https://{registry}", $"http://{registry}", $"https://{registry}/v1/"];
        var helpers = root.TryGetProperty("credHelpers", out var own) ? own : default;
        var helper = names.Select(name => Text(helpers, name)).FirstOrDefault(name => name is not null)
            ?? Text(root, "credsStore");
        var kept = helper is { Length: > 0 }
            ? await CredentialProgram.GetAsync(helper, names[0], cancellationToken)
            : null;
        return kept ?? FromFile(root, names);
    }

    private static Credentials? FromFile(JsonElement root, string[] names)
    {
        if (!root.TryGetProperty("auths", out var auths) || auths.ValueKind != JsonValueKind.Object) return null;
        foreach (var name in names)
        {
            if (auths.TryGetProperty(name, out var entry)) return Decode(entry, name);
        }

        return null;
    }

    private static Credentials? Decode(JsonElement entry, string server)
    {
        var token = Text(entry, "identitytoken");
        if (Text(entry, "auth") is not { Length: > 0 } packed)
        {
            return Text(entry, "username") is not { Length: > 0 } name && token is null ? null : new Credentials
            {
                Username = Text(entry, "username"),
                Password = Text(entry, "password"),
                IdentityToken = token,
                ServerAddress = server,
            };
        }

        var pair = Encoding.UTF8.GetString(Convert.FromBase64String(packed)).TrimEnd('\0').Split(':', 2);
        return pair.Length < 2 ? null : new Credentials
        {
            Username = pair[0], Password = pair[1], IdentityToken = token, ServerAddress = server,
        };
    }

    private string? CurrentContext()
    {
        using var config = Read(Path.Combine(Folder, "config.json"));
        return config is null ? null : Text(config.RootElement, "currentContext");
    }

    private string? HostOf(string context)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(context)));
        using var meta = Read(Path.Combine(Folder, "contexts", "meta", name, "meta.json"));
        return meta is not null && meta.RootElement.TryGetProperty("Endpoints", out var endpoints)
            && endpoints.TryGetProperty("docker", out var docker) ? Text(docker, "Host") : null;
    }

    private static string? PathOf(string host) =>
        host.StartsWith(UnixScheme, StringComparison.Ordinal) ? host[UnixScheme.Length..] : null;

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonDocument? Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonDocument.Parse(File.ReadAllBytes(path)) : null;
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
