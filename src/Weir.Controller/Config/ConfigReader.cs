using System.Net;
using Weir.Contracts.Problems;
using Weir.Controller.Hosting;
using Weir.Engine.Definitions;

namespace Weir.Controller.Config;

/// <summary>A config without errors, or null; the problems hold errors and warnings in order of place.</summary>
public sealed record ConfigReadResult(WeirConfig? Config, IReadOnlyList<Problem> Problems);

/// <summary>Reads the config: a YAML file, or none, with environment variables and flags over it.</summary>
public static class ConfigReader
{
    private const int MaxBytes = 1 << 20;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <param name="text">The file's content; null = there is no file.</param>
    public static ConfigReadResult Read(string? text, ConfigSources sources)
    {
        var problems = new ProblemList();
        TreeMap? map = null;
        if (text?.Length > MaxBytes) problems.Add("", default, $"the config is larger than {MaxBytes} bytes");
        else if (!string.IsNullOrWhiteSpace(text)) map = ReadTree(text, problems);
        var root = new ConfigSection(map, "", sources, problems);
        var config = ReadRoot(root, text is not null, sources);
        root.End();
        return new ConfigReadResult(problems.HasErrors ? null : config, problems.InOrder());
    }

    private static TreeMap? ReadTree(string text, ProblemList problems)
    {
        var value = YamlTreeReader.Read(text, problems);
        if (value is not (null or TreeMap or TreeText { IsNull: true }))
            problems.Add("", value.Place, $"expected a map of settings, found {value.Description}");
        return value as TreeMap;
    }

    private static WeirConfig ReadRoot(ConfigSection root, bool fileIsGiven, ConfigSources sources)
    {
        WeirMode? mode = root.Choice("mode", "node", "client", "standalone") switch
        {
            "node" => WeirMode.Node,
            "client" => WeirMode.Client,
            "standalone" => WeirMode.Standalone,
            _ => null,
        };
        var (dataFolder, workFolder) = (root.Text("data_dir"), root.Text("workdir"));
        var folder = dataFolder ?? workFolder;
        var database = DatabaseReader.Read(root, fileIsGiven, sources.Environment);
        var data = folder is null
            ? DefaultFolder(sources.Environment)
            : Path.GetFullPath(folder, sources.CurrentFolder);
        var runtimes = ReadRuntimes(root.Section("runtimes"));
        var config = new WeirConfig
        {
            Mode = mode,
            DataFolder = data,
            Vault = VaultReader.Read(root.Section("vault"), data, sources),
            Node = ReadNode(root.Section("node"), data),
            Join = ReadJoin(root.Section("join"), mode),
            Datasources = ReadDatasources(root, sources),
            Backend = database.Backend,
            DatabaseFile = database.File,
            DatabaseConnection = database.Connection,
            SharedFolder = root.Text("shared_data_dir") is { } shared
                ? Path.GetFullPath(shared, data)
                : null,
            Labels = root.Map("labels"),
            Runtimes = runtimes.Elsewhere,
            LocalRuntimes = runtimes.Here,
        };
        if (mode is WeirMode.Client or WeirMode.Node && config.Labels.Count > 0)
            root.Warn("labels", "labels decide what an agent may claim: give them with its join token or by `weir agent`; these have no effect");
        return config;
    }

    private static NodeConfig ReadNode(ConfigSection node, string dataFolder)
    {
        var defaults = new NodeConfig();
        var config = new NodeConfig
        {
            Name = node.Text("name") ?? defaults.Name,
            Protocol = node.Choice("protocol", "http", "https") ?? defaults.Protocol,
            Interface = ReadInterface(node) ?? defaults.Interface,
            Url = ReadUrl(node, "url"),
            Port = node.Whole("port", 0, 65_535) ?? defaults.Port,
            HealthCheck = node.Seconds("healthcheck", TimeSpan.FromSeconds(1), 365 * Day) ?? defaults.HealthCheck,
            Heartbeat = node.Seconds(
                "heartbeat", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20)) ?? defaults.Heartbeat,
            AllowDownloads = node.Flag("allow_resource_download") ?? true,
            RequestsPerSecond = node.Whole("requests_per_second", 1, 1_000_000) ?? defaults.RequestsPerSecond,
            Tls = ReadTls(node.Section("tls"), dataFolder),
            InitialTokens = ReadTokens(node),
        };
        if (config is { Protocol: "https", Tls: null })
            node.Warn(
                "protocol",
                "the controller itself speaks http: put a proxy with TLS before it, or give `tls` a certificate");
        node.End();
        return config;
    }

    private static IPAddress? ReadInterface(ConfigSection node)
    {
        if (node.Text("interface") is not { } text) return null;
        if (text == "localhost") return IPAddress.Loopback;
        if (IPAddress.TryParse(text, out var address)) return address;
        node.Wrong("interface", $"expected an IP address such as 0.0.0.0, or localhost, found `{text}`");
        return null;
    }

    private static string? ReadUrl(ConfigSection section, string key) =>
        section.Text(key) is { } text ? ReadUrl(section, key, text) : null;

    /// <summary>A list, or one text with commas, as flags and variables have it.</summary>
    private static List<string> ReadUrls(ConfigSection section, string key) =>
    [
        .. section.Texts(key)
            .SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Select(text => ReadUrl(section, key, text)).OfType<string>(),
    ];

    private static string? ReadUrl(ConfigSection section, string key, string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            return url.ToString().TrimEnd('/');
        section.Wrong(key, $"expected an address such as https://weir.example.org, found `{text}`");
        return null;
    }

    private static TlsOptions? ReadTls(ConfigSection tls, string dataFolder)
    {
        var (certificate, key, password) = (tls.Text("certificate"), tls.Text("key"), tls.Text("password"));
        tls.End();
        if (certificate is not null)
        {
            return new TlsOptions(Path.GetFullPath(certificate, dataFolder))
            {
                KeyPath = key is null ? null : Path.GetFullPath(key, dataFolder), Password = password,
            };
        }

        if (tls.IsGiven || key is not null) tls.Wrong("certificate", "TLS needs the path of a certificate");
        return null;
    }

    private static List<InitialToken> ReadTokens(ConfigSection node)
    {
        var tokens = new List<InitialToken>();
        foreach (var project in node.Sections("token_projects_initial"))
        {
            var (name, token) = (project.Text("name"), project.Text("token"));
            project.End();
            if (token is null) project.Wrong("token", "a project needs the key `token`");
            if (name is null || FlowName.Slug(name) is not { } slug)
            {
                project.Wrong("name", "a project needs a `name` of letters and digits");
                continue;
            }

            if (slug != name) project.Warn("name", $"the project `{name}` is the namespace `{slug}`");
            if (token is { Length: < 16 }) project.Warn("token", "the token is short: anyone may guess it");
            if (token is not null) tokens.Add(new InitialToken(slug, token));
        }

        return tokens;
    }

    // In the order of preference. An agent elsewhere offers what isolates; the one beside its controller offers all.
    private static (IReadOnlyList<string> Elsewhere, IReadOnlyList<string> Here) ReadRuntimes(ConfigSection runtimes)
    {
        var known = WeirConfig.AllRuntimes;
        var said = known.ToDictionary(name => name, runtimes.Flag, StringComparer.Ordinal);
        foreach (var other in runtimes.Keys.Except(known)) runtimes.Later(other);
        return (
            [.. known.Where(name => said[name] ?? name == "docker")],
            [.. known.Where(name => said[name] ?? true)]);
    }

    private static JoinConfig ReadJoin(ConfigSection join, WeirMode? mode)
    {
        var config = new JoinConfig
        {
            First = join.Flag("first") ?? true,
            Urls = ReadUrls(join, "url"),
            Token = join.Text("token"),
        };
        join.End();
        if (mode == WeirMode.Client && config.Urls.Count == 0)
            join.Wrong("url", "an agent needs the address of its controller");
        if (mode == WeirMode.Node && !config.First)
            join.Warn("first", "controllers do not join others yet: this one stands alone");
        return config;
    }

    private static List<DatasourceConfig> ReadDatasources(ConfigSection root, ConfigSources sources)
    {
        var found = new List<DatasourceConfig>();
        foreach (var section in root.Sections("datasources"))
        {
            var name = section.Text("name") ?? "";
            var (kind, type) = (
                section.Choice("kind", "file") ?? "file", section.Choice("type", "csv", "tsv") ?? "csv");
            var path = section.Text("path") ?? "";
            if (name.Length == 0) section.Wrong("name", "a datasource needs the key `name`");
            if (path.Length == 0) section.Wrong("path", "a datasource needs the key `path`");
            var isThere = path.Length > 0 && File.Exists(Path.GetFullPath(path, sources.CurrentFolder));
            if (path.Length > 0 && !isThere)
                section.Warn("path", $"the datasource `{name}` is disabled: its file {path} is not there");
            found.Add(new DatasourceConfig(name, kind, type, path, section.Texts("token")) { Enabled = isThere });
            section.End();
        }

        root.Later("datasources");
        return found;
    }

    private static string DefaultFolder(IReadOnlyDictionary<string, string> environment)
    {
        if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows()) return "/var/lib/weir";
        if (environment.TryGetValue("XDG_DATA_HOME", out var data) && Path.IsPathRooted(data))
            return Path.Combine(data, "weir");
        var home = environment.GetValueOrDefault("HOME") ?? Environment.GetFolderPath(
            Environment.SpecialFolder.UserProfile);
        return Path.Combine(home, ".local", "share", "weir");
    }
}
