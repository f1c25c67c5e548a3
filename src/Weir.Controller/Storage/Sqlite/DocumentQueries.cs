using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Sqlite;

internal sealed class DocumentQueries(Connection connection)
{
    private readonly Statement _get = connection.Prepare("SELECT key, version, json FROM documents WHERE key = ?");
    private readonly Statement _from = connection.Prepare(
        "SELECT key, version, json FROM documents WHERE key >= ? ORDER BY key");

    public Document? Get(string key) => _get.Text(key).First(Read);

    public IReadOnlyList<Document> List(string prefix, string? after, int limit)
    {
        var found = new List<Document>();
        try
        {
            _from.Text(after is not null && string.CompareOrdinal(after, prefix) > 0 ? after : prefix);
            while (found.Count < limit && _from.Step())
            {
                var document = Read(_from);
                if (!document.Key.StartsWith(prefix, StringComparison.Ordinal)) break;
                if (document.Key != after) found.Add(document);
            }
        }
        finally
        {
            _from.Reset();
        }

        return found;
    }

    private static Document Read(Statement row) => new(row.TextAt(0), row.IntegerAt(1), row.TextAt(2));
}
