using SQLitePCL;

namespace Weir.Controller.Storage.Sqlite;

/// <summary>
/// A prepared statement, used again and again. Parameters are bound one after the other in the order of the SQL;
/// stepping to the end or <see cref="Reset"/> begins anew.
/// </summary>
internal sealed class Statement(Connection connection, sqlite3_stmt handle) : IDisposable
{
    private int _bound;

    public string Sql => raw.sqlite3_sql(handle).utf8_to_string();

    public Statement Text(string? value)
    {
        Check(value is null
            ? raw.sqlite3_bind_null(handle, ++_bound)
            : raw.sqlite3_bind_text(handle, ++_bound, value));
        return this;
    }

    public Statement Integer(long value)
    {
        Check(raw.sqlite3_bind_int64(handle, ++_bound, value));
        return this;
    }

    public Statement Integer(long? value)
    {
        if (value is { } number) return Integer(number);
        Check(raw.sqlite3_bind_null(handle, ++_bound));
        return this;
    }

    public Statement Instant(DateTimeOffset value) => Integer(value.ToUnixTimeMilliseconds());

    public Statement Instant(DateTimeOffset? value) => Integer(value?.ToUnixTimeMilliseconds());

    /// <summary>True when there is a row; otherwise the statement is ready for the next use.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW) return true;
        if (code == raw.SQLITE_DONE)
        {
            Reset();
            return false;
        }

        var fault = connection.Fault(code);
        Reset();
        throw fault;
    }

    /// <summary>Steps once and begins anew; true when there was a row.</summary>
    public bool Run()
    {
        var found = Step();
        if (found) Reset();
        return found;
    }

    public void Reset()
    {
        raw.sqlite3_reset(handle);
        _bound = 0;
    }

    public List<T> Rows<T>(Func<Statement, T> read)
    {
        var rows = new List<T>();
        try
        {
            while (Step()) rows.Add(read(this));
        }
        finally
        {
            Reset();
        }

        return rows;
    }

    public T? First<T>(Func<Statement, T> read)
        where T : class
    {
        try
        {
            return Step() ? read(this) : null;
        }
        finally
        {
            Reset();
        }
    }

    public bool IsNullAt(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long IntegerAt(int column) => raw.sqlite3_column_int64(handle, column);

    public int SmallAt(int column) => raw.sqlite3_column_int(handle, column);

    public string TextAt(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public DateTimeOffset InstantAt(int column) => DateTimeOffset.FromUnixTimeMilliseconds(IntegerAt(column));

    public DateTimeOffset? InstantOrNullAt(int column) => IsNullAt(column) ? null : InstantAt(column);

    public void Dispose() => handle.Dispose();

    private void Check(int code)
    {
        if (code == raw.SQLITE_OK) return;
        var fault = connection.Fault(code);
        Reset();
        throw fault;
    }
}
