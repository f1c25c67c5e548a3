using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Sqlite;

internal sealed class DocumentStatements(Connection connection)
{
    private readonly Statement _version = connection.Prepare("SELECT version FROM documents WHERE key = ?");
    private readonly Statement _delete = connection.Prepare("DELETE FROM documents WHERE key = ?");
    private readonly Statement _put = connection.Prepare(
        """
        INSERT INTO documents (key, version, json) VALUES (?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET version = excluded.version, json = excluded.json
        """);

    public CommitOutcome.Conflict? Check(string key, long expected)
    {
        var version = _version.Text(key).Step() ? _version.IntegerAt(0) : 0;
        _version.Reset();
        return version == expected
            ? null
            : new CommitOutcome.Conflict(ConflictKind.DocumentVersion, key);
    }

    public void Apply(DocumentWrite write)
    {
        if (write.Json is null) _delete.Text(write.Key).Run();
        else _put.Text(write.Key).Integer(write.ExpectedVersion + 1).Text(write.Json).Run();
    }
}
