using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace Weir.Controller.Storage.Postgres;

/// <summary>Parameters in the order of <c>$1</c>, <c>$2</c> …, of a command or of one of a batch.</summary>
internal readonly struct Arguments(NpgsqlParameterCollection parameters)
{
    public Arguments Text(string? value) => Add(NpgsqlDbType.Text, value);

    public Arguments Integer(long? value) => Add(NpgsqlDbType.Bigint, value);

    public Arguments Small(int value) => Add(NpgsqlDbType.Integer, value);

    public Arguments Instant(DateTimeOffset value) => Integer(value.ToUnixTimeMilliseconds());

    public Arguments Id(Guid value) => Add(NpgsqlDbType.Uuid, value);

    public Arguments Texts<T>(IReadOnlyCollection<T> rows, Func<T, string?> column) =>
        Add(NpgsqlDbType.Array | NpgsqlDbType.Text, Column(rows, column));

    public Arguments Texts(IReadOnlyCollection<string> values) => Texts(values, value => value);

    public Arguments Integers<T>(IReadOnlyCollection<T> rows, Func<T, long> column) =>
        Add(NpgsqlDbType.Array | NpgsqlDbType.Bigint, Column(rows, column));

    public Arguments Integers<T>(IReadOnlyCollection<T> rows, Func<T, long?> column) =>
        Add(NpgsqlDbType.Array | NpgsqlDbType.Bigint, Column(rows, column));

    public Arguments Smalls<T>(IReadOnlyCollection<T> rows, Func<T, int> column) =>
        Add(NpgsqlDbType.Array | NpgsqlDbType.Integer, Column(rows, column));

    public Arguments Instants<T>(IReadOnlyCollection<T> rows, Func<T, DateTimeOffset?> column) =>
        Integers(rows, row => column(row)?.ToUnixTimeMilliseconds());

    private static TColumn[] Column<T, TColumn>(IReadOnlyCollection<T> rows, Func<T, TColumn> column)
    {
        var values = new TColumn[rows.Count];
        var i = 0;
        foreach (var row in rows) values[i++] = column(row);
        return values;
    }

    private Arguments Add(NpgsqlDbType type, object? value)
    {
        parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value });
        return this;
    }
}

internal static class SqlText
{
    /// <summary>Adds a command to the batch, to be given its arguments.</summary>
    public static Arguments Add(this NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return new Arguments(command.Parameters);
    }

    public static DateTimeOffset InstantAt(this DbDataReader row, int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    public static DateTimeOffset? InstantOrNullAt(this DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.InstantAt(column);
}
