using Weir.Controller.Hosting;

namespace Weir.Controller.Config;

/// <summary>
/// Where state is kept. As in the file's origin, a given file without <c>database</c> means in memory; no file at all
/// means SQLite. <c>state_backend</c> (the flag <c>--state-backend</c>) beats it all.
/// </summary>
internal static class DatabaseReader
{
    private const string DefaultFile = "weir.db";

    public static (StateBackend Backend, string File) Read(ConfigSection root, bool fileIsGiven)
    {
        var chosen = root.Choice("state_backend", "sqlite", "dev", "postgresql", "nomad-vars");
        var database = root.Section("database");
        var dialect = database.Choice("dialect", "sqlite", "postgresql");
        var (memory, host) = (database.Flag("memory"), database.Text("host"));
        database.Text("username");
        database.Text("password");
        database.Text("scheme");
        database.Whole("port", 1, 65_535);
        database.End();
        var file = dialect is null or "sqlite" ? host ?? DefaultFile : DefaultFile;
        if (chosen is not null) return (Chosen(root, chosen), file);
        if (memory == true) return (StateBackend.Dev, file);
        if (dialect == "postgresql")
            database.Wrong("dialect", "PostgreSQL is not in use yet: this version of Weir keeps state in SQLite");
        if (database.IsGiven || dialect is not null || !fileIsGiven) return (StateBackend.Sqlite, file);
        root.Warn("database", "the config has no `database`, so state is kept in memory and gone with the process");
        return (StateBackend.Dev, file);
    }

    private static StateBackend Chosen(ConfigSection root, string chosen)
    {
        if (chosen == "dev") return StateBackend.Dev;
        if (chosen != "sqlite")
            root.Wrong("state_backend", $"`{chosen}` is not in use yet: this version of Weir has sqlite and dev");
        return StateBackend.Sqlite;
    }
}
