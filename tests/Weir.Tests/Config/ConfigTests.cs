using System.Net;
using Weir.Controller.Config;
using Weir.Controller.Hosting;

namespace Weir.Tests.Config;

public sealed class ConfigTests
{
    [Fact]
    public void Without_a_file_state_is_in_sqlite_and_only_this_machine_gets_in()
    {
        var config = Good(null);

        Assert.Equal(
            (StateBackend.Sqlite, IPAddress.Loopback, 1456), (config.Backend, config.Node.Interface, config.Node.Port));
        Assert.Null(config.Mode);
    }

    [Fact]
    public void A_file_without_database_means_in_memory_with_a_warning()
    {
        var read = ConfigReader.Read("mode: node\n", ConfigSources.None);

        Assert.Equal(StateBackend.Dev, read.Config!.Backend);
        var warning = Assert.Single(read.Problems);
        Assert.True(warning.Warning);
        Assert.Contains("in memory", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("database: { dialect: SQLite, host: ./sqlite.db }", StateBackend.Sqlite)]
    [InlineData("database: { memory: true, dialect: sqlite }", StateBackend.Dev)]
    [InlineData("database: { memory: true }\nstate_backend: sqlite", StateBackend.Sqlite)]
    public void The_database_is_as_it_says(string text, StateBackend backend) =>
        Assert.Equal(backend, Good(text).Backend);

    [Fact]
    public void Every_setting_reaches_the_controller()
    {
        var config = Good(
            """
            mode: standalone
            workdir: ./storage
            node:
              interface: 0.0.0.0
              port: 8080
              url: https://weir.example.org/
              heartbeat: 5.0
              healthcheck: 10m
              allow_resource_download: false
              tls: { certificate: cert.pem, key: key.pem }
              token_projects_initial: [{ name: my_project, token: 0123456789abcdef }]
            database: { dialect: sqlite, host: ./state.db }
            labels: { gpu: "true" }
            """);

        var options = config.ToControllerOptions();

        Assert.Equal("/base/storage", options.DataFolder);
        Assert.Equal(
            (IPAddress.Any, 8080, "https://weir.example.org"), (options.Interface, options.Port, options.PublicUrl));
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10)), (options.Renew, options.SelfCheck));
        Assert.Equal(("./state.db", false), (options.DatabaseFile, options.AllowDownloads));
        Assert.Equal(new TlsOptions("/base/storage/cert.pem") { KeyPath = "/base/storage/key.pem" }, options.Tls);
        Assert.Equal([new InitialToken("my-project", "0123456789abcdef")], options.InitialTokens);
        Assert.Equal("true", config.Labels["gpu"]);
        Assert.Equal(WeirMode.Standalone, config.Mode);
    }

    [Fact]
    public void Flags_beat_the_environment_and_the_environment_beats_the_file()
    {
        const string Text = "node: { port: 1, name: file }\ndatabase: { host: file.db }\nworkdir: /file";
        var sources = Sources(
            ("WEIR_NODE_PORT", "2"), ("WEIR_NODE_NAME", "environment"), ("WEIR_DATA_DIR", "/environment"))
            with
        { Flags = new Dictionary<string, string> { ["node.port"] = "3", ["state_backend"] = "dev" } };

        var config = Good(Text, sources);

        Assert.Equal((3, "environment", "/environment"), (config.Node.Port, config.Node.Name, config.DataFolder));
        Assert.Equal((StateBackend.Dev, "file.db"), (config.Backend, config.DatabaseFile));
    }

    [Fact]
    public void Variables_are_put_into_values_once()
    {
        var sources = Sources(("NAME", "${HOME}"), ("PORT", "8080"));

        var config = Good("node: { name: \"a-${NAME}-$${x}\", port: \"${PORT}\" }\ndatabase: {}", sources);

        Assert.Equal(("a-${HOME}-${x}", 8080), (config.Node.Name, config.Node.Port));
    }

    [Fact]
    public void All_mistakes_are_told_at_once_each_with_its_place()
    {
        var read = ConfigReader.Read(
            """
            mode: nodes
            node:
              prot: 80
              port: 70000
              interface: everywhere
              heartbeat: soon
              name: ${NO_SUCH_VARIABLE}
            database:
              url: nowhere
            """,
            ConfigSources.None);

        Assert.Null(read.Config);
        Assert.Equal(
            [
                "1:7: mode: expected one of node, client, standalone, found `nodes`: did you mean `node`?",
                "3:3: node.prot: unknown key `prot`: did you mean `port`?",
                "4:9: node.port: expected a whole number from 0 to 65535, found `70000`",
                "5:14: node.interface: expected an IP address such as 0.0.0.0, or localhost, found `everywhere`",
                "6:14: node.heartbeat: expected seconds or a duration from 1s to 20s, found `soon`",
                "7:9: node.name: the environment variable NO_SUCH_VARIABLE is not set",
                "9:8: database.url: expected an address such as postgres://user:password@host:5432/weir",
            ],
            read.Problems.Select(problem => problem.ToString()));
    }

    [Theory]
    [InlineData("database: { dialect: Postgres }", "Host=127.0.0.1;Database=weir")]
    [InlineData(
        "database: { dialect: postgresql, host: db, scheme: w, username: u, password: p, port: 5433 }",
        "Host=db;Database=w;Username=u;Password=p;Port=5433")]
    [InlineData(
        "database: { url: \"postgres://u:p%40x@a,b:5433/w?sslmode=require\" }",
        "Username=u;Password=p@x;Database=w;Host=a,b:5433;SSL Mode=Require")]
    [InlineData("database: { url: \"postgres://db:6543/w\" }", "Database=w;Host=db;Port=6543")]
    [InlineData("database: { url: \"Host=db;Database=w\" }", "Host=db;Database=w")]
    public void PostgreSQL_is_named_by_keys_or_by_an_address(string text, string connection)
    {
        var options = Good(text, ConfigSources.None).ToControllerOptions();
        Assert.Equal((StateBackend.Postgres, connection), (options.Backend, options.DatabaseConnection));
    }

    [Fact]
    public void What_the_config_does_not_say_of_PostgreSQL_the_variables_of_libpq_do()
    {
        var sources = Sources(("PGHOST", "/run/pg"), ("PGPORT", "6000"), ("PGUSER", "ann"), ("PGDATABASE", "w"));
        var config = Good("database: { dialect: postgres, username: bob }", sources);
        Assert.Equal("Host=/run/pg;Database=w;Username=bob;Port=6000", config.DatabaseConnection);
        Assert.Equal(StateBackend.Sqlite, ConfigReader.Read(null, sources).Config!.Backend);
        var named = Sources(("WEIR_DATABASE_URL", "postgres://db/w"));
        Assert.Equal("Database=w;Host=db", ConfigReader.Read(null, named).Config!.DatabaseConnection);
    }

    [Theory]
    [InlineData("- a\n- b")]
    [InlineData("just text")]
    [InlineData("node: [1, 2]")]
    [InlineData("node: { name: { a: b } }")]
    [InlineData("a: &a [*a]")]
    [InlineData("mode: client")]
    public void What_is_no_config_is_refused(string text) =>
        Assert.Null(ConfigReader.Read(text, ConfigSources.None).Config);

    [Fact]
    public void What_is_for_later_is_accepted_and_named()
    {
        var read = ConfigReader.Read(
            "database: {}\nruntimes: { process: true, fake: false, nomad: {} }\n", ConfigSources.None);

        Assert.NotNull(read.Config);
        Assert.Equal(
            ["runtimes.nomad"], read.Problems.Where(problem => problem.Warning).Select(problem => problem.Path));
        Assert.Equal(["process", "docker"], read.Config.Runtimes);
    }

    [Fact]
    public void The_documented_file_is_read_as_it_stands()
    {
        var text = File.ReadAllText(Path.Combine(Tidy.SourceTree.Root, "docs", "config.md"));
        var yaml = text.Split("```yaml\n")[1].Split("```")[0];

        var read = ConfigReader.Read(yaml, ConfigSources.None);

        Assert.NotNull(read.Config);
        Assert.Equal(["datasources", "datasources[0].path"], read.Problems.Select(problem => problem.Path));
        Assert.Equal(["process", "docker"], read.Config.LocalRuntimes);
    }

    [Fact]
    public void Containers_are_offered_unless_denied()
    {
        Assert.Equal(["docker"], ConfigReader.Read("database: {}", ConfigSources.None).Config!.Runtimes);
        var denied = ConfigReader.Read("database: {}\nruntimes: { docker: false }", ConfigSources.None);
        Assert.Empty(denied.Config!.Runtimes);
        Assert.Equal(["process", "fake"], denied.Config.LocalRuntimes);
    }

    [Fact]
    public void A_datasource_whose_file_is_missing_is_disabled_with_a_warning()
    {
        var read = ConfigReader.Read(
            "database: {}\ndatasources: [{ name: iris, kind: file, type: csv, path: /no/such.csv, token: [a, b] }]",
            ConfigSources.None);

        var source = Assert.Single(read.Config!.Datasources);
        Assert.Equal(("iris", "csv", false), (source.Name, source.Type, source.Enabled));
        Assert.Equal(["a", "b"], source.Tokens);
        Assert.Contains(
            read.Problems,
            problem => problem.Warning && problem.Message.Contains("disabled", StringComparison.Ordinal));
    }

    [Fact]
    public void The_config_that_people_have_already_loads_with_its_meaning()
    {
        Assert.SkipUnless(SeedBlock() is not null, "the folder with the old manual is not here");

        var read = ConfigReader.Read(SeedBlock(), ConfigSources.None with { CurrentFolder = "/base" });

        var config = Assert.IsType<WeirConfig>(read.Config);
        Assert.Equal(
            (WeirMode.Node, "/base/storage", "flottaNode"), (config.Mode, config.DataFolder, config.Node.Name));
        Assert.Equal((IPAddress.Any, 1456, "http"), (config.Node.Interface, config.Node.Port, config.Node.Protocol));
        Assert.Null(config.Node.Url);
        Assert.Equal(
            (TimeSpan.FromHours(1), TimeSpan.FromSeconds(10)), (config.Node.HealthCheck, config.Node.Heartbeat));
        Assert.True(config.Node.AllowDownloads);
        Assert.Equal("my-beautiful-project", Assert.Single(config.Node.InitialTokens).Namespace);
        Assert.Equal((true, 0), (config.Join.First, config.Join.Urls.Count));
        Assert.Equal(("iris", "/data/iris.csv"), (config.Datasources[0].Name, config.Datasources[0].Path));
        Assert.Equal((StateBackend.Sqlite, "./sqlite.db"), (config.Backend, config.DatabaseFile));
        Assert.Contains(read.Problems, problem => problem is { Warning: true, Path: "datasources" });
        Assert.DoesNotContain(
            read.Problems, problem => problem.Message.Contains("unknown key", StringComparison.Ordinal));
    }

    private static WeirConfig Good(string? text) => Good(text, Sources());

    private static WeirConfig Good(string? text, ConfigSources sources)
    {
        var read = ConfigReader.Read(text, sources);
        return read.Config ?? throw new InvalidOperationException(string.Join('\n', read.Problems));
    }

    private static ConfigSources Sources(params (string Name, string Value)[] variables) =>
        new(
            new Dictionary<string, string>(),
            variables.ToDictionary(pair => pair.Name, pair => pair.Value)) { CurrentFolder = "/base" };

    /// <summary>The first indented block after the words that introduce the node's settings.</summary>
    private static string? SeedBlock([System.Runtime.CompilerServices.CallerFilePath] string here = "")
    {
        for (var folder = Path.GetDirectoryName(here); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var file = Path.Combine(folder, "..", "shared", "seeds", "002_a87f23e9650d1d08.txt");
            if (!File.Exists(file)) continue;
            var block = File.ReadLines(file)
                .SkipWhile(line => !line.StartsWith("  workdir:", StringComparison.Ordinal))
                .TakeWhile(line => line.Length == 0 || line.StartsWith("  ", StringComparison.Ordinal));
            return string.Join('\n', block.Select(line => line.Length > 2 ? line[2..] : ""));
        }

        return null;
    }
}
