using System.Data.Common;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Postgres;

internal sealed class DocumentQueries(Database database)
{
    /// <summary>The last code point: a prefix with it behind is not before any text of that prefix.</summary>
    private const string Last = "\U0010FFFF";

    public ValueTask<Document?> GetAsync(string key, CancellationToken cancellationToken) => database.FirstAsync(
        "SELECT key, version, json FROM documents WHERE key = $1", args => args.Text(key), Read, cancellationToken);

    public async ValueTask<IReadOnlyList<Document>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken) => await database.RowsAsync(
        """
        SELECT key, version, json FROM documents
        WHERE key >= $1 AND key <= $2 AND ($3 IS NULL OR key > $3) ORDER BY key LIMIT $4
        """,
        args => args.Text(prefix).Text(prefix + Last).Text(after).Integer(limit), Read, cancellationToken);

    private static Document Read(DbDataReader row) => new(row.GetString(0), row.GetInt64(1), row.GetString(2));
}
