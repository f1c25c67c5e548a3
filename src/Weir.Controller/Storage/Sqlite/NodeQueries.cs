using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Sqlite;

/// <summary>
/// Queries of nodes. The text of a query says which conditions it has and by which index it is answered, so there is a
/// statement for each combination in use; values are always bound.
/// </summary>
internal sealed class NodeQueries(Connection connection)
{
    private const string Columns = "id, namespace, parent, lineage, path, name, kind, owner, created, json";
    private const int IdAndSlash = 25;

    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);
    private readonly Statement _get = connection.Prepare($"SELECT {Columns} FROM nodes WHERE id = ?");

    public NodeRow? Get(string id) => _get.Text(id).First(ReadNode);

    public IReadOnlyList<NodeRow> List(NodeQuery query)
    {
        var order = query.NewestFirst ? "DESC" : "ASC";
        return Bind(Columns, $" ORDER BY id {order} LIMIT ?", query).Integer(query.Limit).Rows(ReadNode);
    }

    public long Count(NodeQuery query)
    {
        var statement = Bind("count(*)", "", query);
        var count = statement.Step() ? statement.IntegerAt(0) : 0;
        statement.Reset();
        return count;
    }

    private Statement Bind(string columns, string tail, NodeQuery query)
    {
        var (where, values) = (new List<string>(), new List<object>());
        Add("namespace = ?", query.Namespace);
        Add("name = ?", query.Name);
        Add("kind = ?", query.Kind);
        Add("owner = ?", query.Owner);
        Add("parent = ?", query.Parent);
        if (query.RootsOnly) where.Add("parent IS NULL");
        Add("path = ?", query.Path);
        // '0' is the character after '/'
        Add("lineage > ?", query.Under is { } above ? above + "/" : null);
        Add("lineage < ?", query.Under is { } top ? top + "0" : null);
        Add("length(lineage) < ?", query.Depth is { } depth ? (long)depth * IdAndSlash : null);
        Add("id > ?", query.After);
        Add("id < ?", query.Before);
        var conditions = where.Count == 0 ? "" : $" WHERE {string.Join(" AND ", where)}";
        var statement = Prepared($"SELECT {columns} FROM nodes{IndexFor(query)}{conditions}{tail}");
        foreach (var value in values)
            _ = value is long number ? statement.Integer(number) : statement.Text((string)value);
        return statement;

        void Add(string condition, object? value)
        {
            if (value is null) return;
            where.Add(condition);
            values.Add(value);
        }
    }

    /// <summary>The planner knows nothing of how many nodes share a value; the narrowest is known here.</summary>
    private static string IndexFor(NodeQuery query) => query switch
    {
        { Parent: not null } => " INDEXED BY nodes_by_parent",
        { Under: not null } => " INDEXED BY nodes_by_lineage",
        { Path: not null } => " INDEXED BY nodes_by_path",
        { Name: not null, Namespace: not null } => " INDEXED BY nodes_by_name",
        { Kind: not null, Namespace: not null } => " INDEXED BY nodes_by_kind",
        { RootsOnly: true } => " INDEXED BY nodes_by_parent",
        { Namespace: not null } => " INDEXED BY nodes_by_namespace",
        _ => "",
    };

    private Statement Prepared(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
            _statements[sql] = statement = connection.Prepare(sql);
        return statement;
    }

    private static NodeRow ReadNode(Statement row) => new(row.TextAt(0), row.TextAt(1), row.TextAt(5), row.TextAt(9))
    {
        Parent = row.IsNullAt(2) ? null : row.TextAt(2),
        Lineage = row.TextAt(3),
        Path = row.TextAt(4),
        Kind = row.TextAt(6),
        Owner = row.TextAt(7),
        Created = row.InstantAt(8),
    };
}
