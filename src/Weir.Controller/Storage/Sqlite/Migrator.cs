namespace Weir.Controller.Storage.Sqlite;

/// <summary>
/// Brings a database file to the newest schema: forward only, each step in a transaction of its own. The file as it was
/// is kept beside it as <c>NAME.schema-N</c>.
/// </summary>
internal static class Migrator
{
    /// <exception cref="DataDirectoryException">The file was written by a newer version.</exception>
    public static void Migrate(Connection connection, string path, IReadOnlyList<Migration> migrations)
    {
        var present = connection.Number("PRAGMA user_version");
        var newest = migrations[^1].Number;
        if (present > newest)
        {
            throw new DataDirectoryException(
                $"{path} has schema {present}, written by a newer version of weir; this one knows schemas up to {newest}. "
                + "Start the newer version, or restore an older copy of the file.");
        }

        if (present == newest) return;
        if (present > 0) Copy(connection, path, present);
        foreach (var migration in migrations.Where(migration => migration.Number > present))
            Apply(connection, migration);
    }

    private static void Apply(Connection connection, Migration migration)
    {
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            connection.Execute(migration.Sql);
            connection.Execute($"PRAGMA user_version = {migration.Number}");
            connection.Execute("COMMIT");
        }
        finally
        {
            if (connection.InTransaction) connection.Execute("ROLLBACK");
        }
    }

    private static void Copy(Connection connection, string path, long schema)
    {
        var copy = $"{path}.schema-{schema}";
        var partial = copy + ".partial";
        File.Delete(partial);
        using (var statement = connection.Prepare("VACUUM INTO ?")) statement.Text(partial).Run();
        using (var file = File.OpenHandle(partial, FileMode.Open, FileAccess.ReadWrite)) RandomAccess.FlushToDisk(file);
        File.Move(partial, copy, overwrite: true);
    }
}
