using System.Globalization;
using Weir.Controller.Storage.Transfer;

namespace Weir.Controller.Storage.Sqlite;

/// <summary>All rows of a database file, as they are at one moment or to be filled.</summary>
internal sealed class SqliteRows : IRowSource, IRowTarget
{
    private readonly Connection _connection;
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    private SqliteRows(Connection connection) => _connection = connection;

    /// <summary>A file that nobody else uses; it is made, and brought to the newest schema.</summary>
    /// <exception cref="DataDirectoryException">The file was written by a newer version.</exception>
    public static SqliteRows Open(string path)
    {
        var connection = Connection.OpenWriter(path);
        try
        {
            Migrator.Migrate(connection, path, Migration.Sqlite);
            return new SqliteRows(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The rows as they are now, whatever a controller writes from now on.</summary>
    /// <exception cref="DataDirectoryException">There is no such file, or it has another schema.</exception>
    public static SqliteRows OpenSnapshot(string path)
    {
        if (!File.Exists(path)) throw new DataDirectoryException($"there is no database {path}");
        var connection = Connection.OpenReader(path);
        try
        {
            connection.Execute("BEGIN");
            var (schema, known) = (connection.Number("PRAGMA user_version"), Migration.Sqlite[^1].Number);
            if (schema != known)
            {
                throw new DataDirectoryException(
                    $"{path} has schema {schema}, this version of weir knows {known}: use the version that serves it");
            }

            // a transaction begins to see with its first read of a table
            connection.Number("SELECT count(*) FROM run_numbers");
            return new SqliteRows(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public ValueTask<IReadOnlyList<object?[]>> ReadAsync(
        PortableTable table, object?[]? after, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var marks = string.Join(", ", table.Key.Select(_ => "?"));
        var beyond = after is null ? "" : $" AND ({table.KeyList}) > ({marks})";
        var statement = Prepared(
            $"SELECT {table.ColumnList} FROM {table.Name} WHERE ({table.Condition}){beyond} "
            + $"ORDER BY {table.KeyList} LIMIT {limit.ToString(CultureInfo.InvariantCulture)}");
        foreach (var value in after ?? []) Bind(statement, value);
        return ValueTask.FromResult<IReadOnlyList<object?[]>>(statement.Rows(row => Read(row, table.Columns)));
    }

    public ValueTask AddAsync(
        PortableTable table, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var marks = string.Join(", ", table.Columns.Select(_ => "?"));
        var insert = Prepared($"INSERT INTO {table.Name} ({table.ColumnList}) VALUES ({marks})");
        InTransaction(() =>
        {
            foreach (var row in rows)
            {
                foreach (var value in row) Bind(insert, value);
                insert.Run();
            }
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask<object?[]?> LastKeyAsync(PortableTable table, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var falling = string.Join(", ", table.Key.Select(column => $"{column.Name} DESC"));
        var statement = Prepared(
            $"SELECT {table.KeyList} FROM {table.Name} WHERE {table.Condition} ORDER BY {falling} LIMIT 1");
        return ValueTask.FromResult(statement.First(row => Read(row, [.. table.Key])));
    }

    public ValueTask ClearAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        InTransaction(() =>
        {
            foreach (var table in PortableTable.All) _connection.Execute($"DELETE FROM {table.Name}");
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask<string?> ReadMarkAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var statement = Prepared("SELECT json FROM documents WHERE key = ?").Text(TransferMark.Document);
        return ValueTask.FromResult(statement.First(row => row.TextAt(0)));
    }

    public ValueTask WriteMarkAsync(string? json, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        InTransaction(() =>
        {
            Prepared("DELETE FROM documents WHERE key = ?").Text(TransferMark.Document).Run();
            if (json is null) return;
            Prepared("INSERT INTO documents (key, version, json) VALUES (?, 1, ?)")
                .Text(TransferMark.Document).Text(json).Run();
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    private Statement Prepared(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement)) _statements[sql] = statement = _connection.Prepare(sql);
        return statement;
    }

    private void InTransaction(Action write)
    {
        _connection.Execute("BEGIN IMMEDIATE");
        try
        {
            write();
            _connection.Execute("COMMIT");
        }
        finally
        {
            if (_connection.InTransaction) _connection.Execute("ROLLBACK");
        }
    }

    private static void Bind(Statement statement, object? value)
    {
        if (value is long number) statement.Integer(number);
        else statement.Text((string?)value);
    }

    private static object?[] Read(Statement row, IReadOnlyList<PortableColumn> columns)
    {
        var values = new object?[columns.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = row.IsNullAt(i) ? null : columns[i].IsText ? row.TextAt(i) : row.IntegerAt(i);
        return values;
    }
}
