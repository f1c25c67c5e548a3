using Npgsql;
using Weir.Controller.Hosting;
using Weir.Controller.Storage.Postgres;

namespace Weir.Controller.Config;

/// <summary>Where state is kept.</summary>
/// <param name="File">SQLite's file.</param>
/// <param name="Connection">How PostgreSQL is reached; null with any other backend.</param>
internal sealed record DatabaseConfig(StateBackend Backend, string File, string? Connection);

/// <summary>
/// Where state is kept. As in the file's origin, a given file without <c>database</c> means in memory; no file at all
/// means SQLite. <c>database.url</c> (the flag <c>--database</c>) means PostgreSQL, and <c>state_backend</c> (the flag
/// <c>--state-backend</c>) beats it all. What the config does not say of PostgreSQL, the variables of libpq do.
/// </summary>
internal static class DatabaseReader
{
    private const string DefaultFile = "weir.db";
    private const string DefaultName = "weir";

    public static DatabaseConfig Read(
        ConfigSection root, bool fileIsGiven, IReadOnlyDictionary<string, string> variables)
    {
        var chosen = Spelled(root.Choice("state_backend", "sqlite", "dev", "postgres", "postgresql", "nomad-vars"));
        var database = root.Section("database");
        var dialect = Spelled(database.Choice("dialect", "sqlite", "postgres", "postgresql"));
        var (memory, host) = (database.Flag("memory"), database.Text("host"));
        var connection = ReadConnection(database, dialect == "postgres" ? host : null, variables, out var isNamed);
        database.End();
        var file = dialect is null or "sqlite" ? host ?? DefaultFile : DefaultFile;
        var backend = chosen is not null ? Chosen(root, chosen)
            : isNamed ? StateBackend.Postgres
            : memory == true ? StateBackend.Dev
            : dialect == "postgres" ? StateBackend.Postgres
            : database.IsGiven || dialect is not null || !fileIsGiven ? StateBackend.Sqlite
            : Forgotten(root);
        return new DatabaseConfig(backend, file, backend == StateBackend.Postgres ? connection : null);
    }

    private static string? Spelled(string? dialect) => dialect == "postgresql" ? "postgres" : dialect;

    private static StateBackend Chosen(ConfigSection root, string chosen)
    {
        if (chosen == "nomad-vars")
            root.Wrong("state_backend", "`nomad-vars` is not in use yet: this version of Weir has sqlite, postgres and dev");
        return chosen switch
        {
            "dev" => StateBackend.Dev,
            "postgres" => StateBackend.Postgres,
            _ => StateBackend.Sqlite,
        };
    }

    private static StateBackend Forgotten(ConfigSection root)
    {
        root.Warn("database", "the config has no `database`, so state is kept in memory and gone with the process");
        return StateBackend.Dev;
    }

    private static string ReadConnection(
        ConfigSection database, string? host, IReadOnlyDictionary<string, string> variables, out bool isNamed)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = host ?? variables.GetValueOrDefault("PGHOST") ?? "127.0.0.1",
            Database = database.Text("scheme") ?? variables.GetValueOrDefault("PGDATABASE") ?? DefaultName,
            Username = database.Text("username") ?? variables.GetValueOrDefault("PGUSER"),
            Password = database.Text("password") ?? variables.GetValueOrDefault("PGPASSWORD"),
        };
        var port = database.Whole("port", 1, 65_535);
        if (port is null && int.TryParse(variables.GetValueOrDefault("PGPORT"), out var usual)) port = usual;
        if (port is { } number) settings.Port = number;
        var url = database.Text("url");
        isNamed = url is not null;
        if (url is null) return settings.ConnectionString;
        if (PostgresAddress.Parse(url) is { } connection) return connection;
        database.Wrong("url", "expected an address such as postgres://user:password@host:5432/weir");
        return settings.ConnectionString;
    }
}
