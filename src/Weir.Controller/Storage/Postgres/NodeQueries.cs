using System.Data.Common;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Postgres;

/// <summary>Queries of nodes: each condition that is not asked for holds by itself; values are always bound.</summary>
internal sealed class NodeQueries(Database database)
{
    private const string Columns = "id, namespace, parent, lineage, path, name, kind, owner, created, json";
    private const int IdAndSlash = 25;

    public ValueTask<NodeRow?> GetAsync(string id, CancellationToken cancellationToken) => database.FirstAsync(
        $"SELECT {Columns} FROM nodes WHERE id = $1", args => args.Text(id), Read, cancellationToken);

    public async ValueTask<IReadOnlyList<NodeRow>> ListAsync(NodeQuery query, CancellationToken cancellationToken)
    {
        var (where, values) = Conditions(query);
        var order = query.NewestFirst ? "DESC" : "ASC";
        return await database.RowsAsync(
            $"SELECT {Columns} FROM nodes{where} ORDER BY id {order} LIMIT ${values.Count + 1}",
            args => Bind(args, values).Integer(query.Limit), Read, cancellationToken);
    }

    public ValueTask<long> CountAsync(NodeQuery query, CancellationToken cancellationToken)
    {
        var (where, values) = Conditions(query);
        return database.FirstAsync(
            $"SELECT count(*) FROM nodes{where}", args => Bind(args, values), row => row.GetInt64(0), cancellationToken);
    }

    private static (string Where, List<object> Values) Conditions(NodeQuery query)
    {
        var (where, values) = (new List<string>(), new List<object>());
        Add("namespace = $", query.Namespace);
        Add("name = $", query.Name);
        Add("kind = $", query.Kind);
        Add("owner = $", query.Owner);
        Add("parent = $", query.Parent);
        if (query.RootsOnly) where.Add("parent IS NULL");
        Add("md5(path) = md5($)", query.Path);
        Add("path = $", query.Path);
        // '0' is the character after '/'
        Add("lineage > $", query.Under is { } above ? above + "/" : null);
        Add("lineage < $", query.Under is { } top ? top + "0" : null);
        Add("length(lineage) < $", query.Depth is { } depth ? (long)depth * IdAndSlash : null);
        Add("id > $", query.After);
        Add("id < $", query.Before);
        return (where.Count == 0 ? "" : $" WHERE {string.Join(" AND ", where)}", values);

        void Add(string condition, object? value)
        {
            if (value is null) return;
            values.Add(value);
            where.Add(condition.Replace("$", $"${values.Count}", StringComparison.Ordinal));
        }
    }

    private static Arguments Bind(Arguments args, List<object> values)
    {
        foreach (var value in values) _ = value is long number ? args.Integer(number) : args.Text((string)value);
        return args;
    }

    private static NodeRow Read(DbDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.GetString(5), row.GetString(9))
        {
            Parent = row.IsDBNull(2) ? null : row.GetString(2),
            Lineage = row.GetString(3),
            Path = row.GetString(4),
            Kind = row.GetString(6),
            Owner = row.GetString(7),
            Created = row.InstantAt(8),
        };
}
