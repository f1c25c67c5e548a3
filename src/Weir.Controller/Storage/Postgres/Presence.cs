using Npgsql;

namespace Weir.Controller.Storage.Postgres;

/// <summary>
/// Who uses a database: one alone, or several that share a folder too. Held by a connection, and so given back by the
/// server however the process ends.
/// </summary>
internal static class Presence
{
    /// <summary>Names the lock among all advisory locks of the database.</summary>
    private const long Lock = 0x7765_6972_0003;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <returns>The connection that holds it; null when another is there, and the two do not go together.</returns>
    public static async Task<NpgsqlConnection?> TryTakeAsync(
        Database database, bool isShared, CancellationToken cancellationToken)
    {
        var connection = await database.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            isShared ? "SELECT pg_try_advisory_lock_shared($1)" : "SELECT pg_try_advisory_lock($1)", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = Lock });
        var patience = new Patience(Patience, database.Time);
        while (!(bool)(await command.ExecuteScalarAsync(cancellationToken))!)
        {
            // the server may not have noticed yet that the one before this has gone
            if (await patience.WaitAsync(cancellationToken)) continue;
            await connection.DisposeAsync();
            return null;
        }

        return connection;
    }
}
