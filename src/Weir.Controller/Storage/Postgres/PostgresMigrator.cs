using System.Globalization;
using Npgsql;

namespace Weir.Controller.Storage.Postgres;

/// <summary>
/// Brings a database to the newest schema, forward only, all steps in one transaction under a lock: of two controllers
/// that start at once, the second finds it done.
/// </summary>
internal static class PostgresMigrator
{
    /// <summary>Names the lock among all advisory locks of the database.</summary>
    private const long Lock = 0x7765_6972_0001;

    /// <exception cref="DataDirectoryException">The database was written by a newer version.</exception>
    public static async Task MigrateAsync(
        Database database, string where, IReadOnlyList<Migration> migrations, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(
            connection,
            $"""
            SELECT pg_advisory_xact_lock({Lock.ToString(CultureInfo.InvariantCulture)});
            CREATE TABLE IF NOT EXISTS schema_steps (number integer PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now());
            """,
            cancellationToken);
        await using var ask = new NpgsqlCommand("SELECT coalesce(max(number), 0) FROM schema_steps", connection);
        var present = (int)(await ask.ExecuteScalarAsync(cancellationToken))!;
        var newest = migrations[^1].Number;
        if (present > newest)
        {
            throw new DataDirectoryException(
                $"the database {where} has schema {present}, written by a newer version of weir; this one knows schemas up to "
                + $"{newest}. Start the newer version, or restore an older backup.");
        }

        foreach (var migration in migrations.Where(migration => migration.Number > present))
        {
            await ExecuteAsync(connection, migration.Sql, cancellationToken);
            await using var note = new NpgsqlCommand("INSERT INTO schema_steps (number) VALUES ($1)", connection);
            note.Parameters.Add(new NpgsqlParameter { Value = migration.Number });
            await note.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
