using Npgsql;

namespace Weir.Controller.Storage.Postgres;

/// <summary>A look at a database that changes nothing.</summary>
/// <param name="Problem">Why it cannot be used; null when it answers.</param>
/// <param name="Version">Of the server, as <c>15</c>.</param>
/// <param name="Schema">0 when no controller used it yet.</param>
public sealed record PostgresProbe(string? Problem, int Version, int Schema)
{
    /// <summary>The newest schema that this version of Weir knows.</summary>
    public static int KnownSchema => Migration.Postgres[^1].Number;

    public static async Task<PostgresProbe> LookAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            await using var database = Database.At(connectionString, TimeProvider.System);
            await using var connection = await database.OpenAsync(cancellationToken);
            await using var there = new NpgsqlCommand("SELECT to_regclass('schema_steps') IS NOT NULL", connection);
            if (!(bool)(await there.ExecuteScalarAsync(cancellationToken))!)
                return new PostgresProbe(null, connection.PostgreSqlVersion.Major, 0);
            await using var schema = new NpgsqlCommand("SELECT coalesce(max(number), 0) FROM schema_steps", connection);
            var number = (int)(await schema.ExecuteScalarAsync(cancellationToken))!;
            return new PostgresProbe(null, connection.PostgreSqlVersion.Major, number);
        }
        catch (Exception unusable) when (unusable is NpgsqlException or TimeoutException or ArgumentException)
        {
            return new PostgresProbe(unusable.Message, 0, 0);
        }
    }
}
