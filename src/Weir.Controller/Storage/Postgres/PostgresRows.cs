using System.Data.Common;
using System.Globalization;
using Npgsql;
using Weir.Controller.Storage.Transfer;

namespace Weir.Controller.Storage.Postgres;

/// <summary>All rows of a database, as they are at one moment or to be filled.</summary>
internal sealed class PostgresRows : IRowSource, IRowTarget
{
    private readonly Database _database;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlConnection? _presence;

    private PostgresRows(Database database, NpgsqlConnection connection, NpgsqlConnection? presence) =>
        (_database, _connection, _presence) = (database, connection, presence);

    /// <summary>A database that nobody else uses; it is brought to the newest schema.</summary>
    /// <exception cref="DataDirectoryException">
    /// It cannot be reached, a controller uses it, or a newer version wrote it.
    /// </exception>
    public static Task<PostgresRows> OpenAsync(string connectionString, CancellationToken cancellationToken) =>
        ConnectAsync(connectionString, async (database, where) =>
        {
            var presence = await Presence.TryTakeAsync(database, isShared: false, cancellationToken)
                ?? throw new DataDirectoryException($"a controller uses the database {where}: stop it first");
            await PostgresMigrator.MigrateAsync(database, where, Migration.Postgres, cancellationToken);
            return new PostgresRows(database, await database.OpenAsync(cancellationToken), presence);
        });

    /// <summary>The rows as they are now, whatever controllers write from now on.</summary>
    /// <exception cref="DataDirectoryException">It cannot be reached, or it has another schema.</exception>
    public static Task<PostgresRows> OpenSnapshotAsync(string connectionString, CancellationToken cancellationToken) =>
        ConnectAsync(connectionString, async (database, where) =>
        {
            var (schema, known) = (await SchemaAsync(database, cancellationToken), Migration.Postgres[^1].Number);
            if (schema != known)
            {
                throw new DataDirectoryException(
                    $"the database {where} has schema {schema}, this version of weir knows {known}: use the version that "
                    + "serves it");
            }

            var rows = new PostgresRows(database, await database.OpenAsync(cancellationToken), presence: null);
            await rows.ExecuteAsync(
                """
                BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
                SET LOCAL idle_in_transaction_session_timeout = 0;
                SELECT count(*) FROM run_numbers;
                """,
                _ => { }, cancellationToken);
            return rows;
        });

    public async ValueTask<IReadOnlyList<object?[]>> ReadAsync(
        PortableTable table, object?[]? after, int limit, CancellationToken cancellationToken)
    {
        var marks = string.Join(", ", table.Key.Select((_, i) => $"${Number(i + 1)}"));
        var beyond = after is null ? "" : $" AND ({table.KeyList}) > ({marks})";
        return await RowsAsync(
            $"SELECT {Wide(table.Columns)} FROM {table.Name} WHERE ({table.Condition}){beyond} "
            + $"ORDER BY {string.Join(", ", table.Key.Select(column => $"{table.Name}.{column.Name}"))} LIMIT {Number(limit)}",
            after ?? [], table.Columns, cancellationToken);
    }

    public async ValueTask AddAsync(
        PortableTable table, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken)
    {
        var marks = string.Join(", ", table.Columns.Select((_, i) => $"${Number(i + 1)}"));
        // events say by whom they were written, for the other controllers of that time
        var (more, given) = table.Name == "events" ? (", origin", ", ''") : ("", "");
        await ExecuteAsync(
            $"INSERT INTO {table.Name} ({table.ColumnList}{more}) SELECT given.*{given} FROM unnest({marks}) AS given",
            args =>
            {
                for (var i = 0; i < table.Columns.Count; i++)
                {
                    var column = i;
                    if (table.Columns[i].IsText) args.Texts(rows, row => (string?)row[column]);
                    else args.Integers(rows, row => (long?)row[column]);
                }
            },
            cancellationToken);
    }

    public async ValueTask<object?[]?> LastKeyAsync(PortableTable table, CancellationToken cancellationToken)
    {
        var falling = string.Join(", ", table.Key.Select(column => $"{column.Name} DESC"));
        PortableColumn[] key = [.. table.Key];
        var found = await RowsAsync(
            $"SELECT {Wide(key)} FROM {table.Name} WHERE {table.Condition} ORDER BY {falling} LIMIT 1", [], key,
            cancellationToken);
        return found.Count == 0 ? null : found[0];
    }

    public ValueTask ClearAsync(CancellationToken cancellationToken) => ExecuteAsync(
        $"TRUNCATE {string.Join(", ", PortableTable.All.Select(table => table.Name))}", _ => { }, cancellationToken);

    public async ValueTask<string?> ReadMarkAsync(CancellationToken cancellationToken)
    {
        var found = await RowsAsync(
            "SELECT json FROM documents WHERE key = $1", [TransferMark.Document], [new PortableColumn("json", true)],
            cancellationToken);
        return found.Count == 0 ? null : (string?)found[0][0];
    }

    public ValueTask WriteMarkAsync(string? json, CancellationToken cancellationToken) => json is null
        ? ExecuteAsync(
            "DELETE FROM documents WHERE key = $1", args => args.Text(TransferMark.Document), cancellationToken)
        : ExecuteAsync(
            """
            INSERT INTO documents (key, version, json) VALUES ($1, 1, $2)
            ON CONFLICT (key) DO UPDATE SET json = excluded.json
            """,
            args => args.Text(TransferMark.Document).Text(json), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        if (_presence is not null) await _presence.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static async Task<PostgresRows> ConnectAsync(
        string connectionString, Func<Database, string, Task<PostgresRows>> open)
    {
        var database = Database.At(connectionString, TimeProvider.System);
        var where = PostgresAddress.Describe(connectionString);
        try
        {
            return await open(database, where);
        }
        catch (Exception unusable)
        {
            await database.DisposeAsync();
            if (unusable is NpgsqlException or TimeoutException)
                throw new DataDirectoryException($"cannot use the database {where}: {unusable.Message}");
            throw;
        }
    }

    private static async Task<int> SchemaAsync(Database database, CancellationToken cancellationToken)
    {
        var there = await database.RowsAsync(
            "SELECT to_regclass('schema_steps') IS NOT NULL", _ => { }, row => row.GetBoolean(0), cancellationToken);
        if (!there[0]) return 0;
        return await database.FirstAsync(
            "SELECT coalesce(max(number), 0) FROM schema_steps", _ => { }, row => row.GetInt32(0), cancellationToken);
    }

    private async ValueTask ExecuteAsync(string sql, Action<Arguments> bind, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        bind(new Arguments(command.Parameters));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<List<object?[]>> RowsAsync(
        string sql, object?[] values, IReadOnlyList<PortableColumn> columns, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        var args = new Arguments(command.Parameters);
        foreach (var value in values) _ = value is long number ? args.Integer(number) : args.Text((string?)value);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<object?[]>();
        while (await rows.ReadAsync(cancellationToken)) found.Add(Read(rows, columns));
        return found;
    }

    private static object?[] Read(DbDataReader row, IReadOnlyList<PortableColumn> columns)
    {
        var values = new object?[columns.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = row.IsDBNull(i) ? null : columns[i].IsText ? row.GetString(i) : row.GetInt64(i);
        return values;
    }

    /// <summary>Integers of every size as the widest.</summary>
    private static string Wide(IReadOnlyList<PortableColumn> columns) => string.Join(
        ", ", columns.Select(column => column.IsText ? column.Name : $"{column.Name}::bigint"));

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
