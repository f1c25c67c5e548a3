using SQLitePCL;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Sqlite;

/// <summary>
/// A connection to the database file, for one thread at a time. It speaks to SQLite's own interface, not to ADO.NET, so
/// that a bound and stepped statement allocates nothing.
/// </summary>
internal sealed class Connection : IDisposable
{
    private readonly sqlite3 _handle;
    private readonly List<Statement> _statements = [];

    static Connection() => Batteries_V2.Init();

    private Connection(sqlite3 handle) => _handle = handle;

    public static Connection OpenWriter(string path)
    {
        var connection = Open(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX);
        connection.Execute(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -32768;
            PRAGMA wal_autocheckpoint = 4000;
            PRAGMA journal_size_limit = 67108864;
            """);
        return connection;
    }

    public static Connection OpenReader(string path)
    {
        var connection = Open(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX);
        connection.Execute("PRAGMA query_only = 1; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;");
        return connection;
    }

    /// <summary>The statement lives as long as the connection.</summary>
    public Statement Prepare(string sql)
    {
        var code = raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle);
        if (code != raw.SQLITE_OK) throw Fault(code);
        var statement = new Statement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    public void Execute(string sql)
    {
        var code = raw.sqlite3_exec(_handle, sql);
        if (code != raw.SQLITE_OK) throw Fault(code);
    }

    /// <summary>The single number that the query gives.</summary>
    public long Number(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.IntegerAt(0) : 0;
    }

    /// <summary>Rows that the newest insert, update or delete touched.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>What was prepared, for a look at its plans.</summary>
    public IEnumerable<string> PreparedSql => _statements.Select(statement => statement.Sql);

    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>A broken rule of the schema is the caller's fault; everything else is the disk's.</summary>
    public Exception Fault(int code)
    {
        var message =
            $"SQLite: {raw.sqlite3_errmsg(_handle).utf8_to_string()} ({raw.sqlite3_extended_errcode(_handle)})";
        return (code & 0xff) == raw.SQLITE_CONSTRAINT
            ? new InvalidOperationException(message)
            : new StoreUnavailableException(message);
    }

    public void Dispose()
    {
        foreach (var statement in _statements) statement.Dispose();
        _handle.Dispose();
    }

    private static Connection Open(string path, int flags)
    {
        var code = raw.sqlite3_open_v2(path, out var handle, flags, null);
        var connection = new Connection(handle);
        if (code != raw.SQLITE_OK)
        {
            var fault = connection.Fault(code);
            connection.Dispose();
            throw fault;
        }

        raw.sqlite3_extended_result_codes(handle, 1);
        raw.sqlite3_busy_timeout(handle, 10_000);
        return connection;
    }
}
