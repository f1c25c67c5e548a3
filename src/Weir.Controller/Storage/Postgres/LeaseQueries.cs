using System.Data.Common;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Postgres;

internal sealed class LeaseQueries(Database database)
{
    private const string Select =
        "SELECT run, step, attempt, lease, agent, namespace, generation, number, ordinal, until FROM leases";

    public ValueTask<LeaseRow?> GetAsync(string run, string step, CancellationToken cancellationToken) =>
        database.FirstAsync(
            $"{Select} WHERE run = $1 AND step = $2", args => args.Text(run).Text(step), Read, cancellationToken);

    public async ValueTask<IReadOnlyList<LeaseRow>> ListAsync(string agent, CancellationToken cancellationToken) =>
        await database.RowsAsync(
            $"{Select} WHERE agent = $1 ORDER BY generation, number, ordinal",
            args => args.Text(agent), Read, cancellationToken);

    public async ValueTask<IReadOnlyList<LeaseRow>> ListClaimedAsync(
        string agent, ClaimNonce nonce, CancellationToken cancellationToken) => await database.RowsAsync(
        $"{Select} WHERE agent = $1 AND generation = $2 AND number = $3 ORDER BY ordinal",
        args => args.Text(agent).Integer(nonce.Generation).Integer(nonce.Number), Read, cancellationToken);

    public async ValueTask<IReadOnlyList<LeaseRow>> ListExpiredAsync(
        DateTimeOffset now, int limit, CancellationToken cancellationToken) => await database.RowsAsync(
        $"{Select} WHERE until < $1 ORDER BY until, run, step LIMIT $2",
        args => args.Instant(now).Integer(limit), Read, cancellationToken);

    public async ValueTask<IReadOnlyDictionary<string, int>> CountAsync(CancellationToken cancellationToken)
    {
        var counts = await database.RowsAsync(
            "SELECT namespace, count(*) FROM leases GROUP BY namespace", _ => { },
            row => (Namespace: row.GetString(0), Leases: (int)row.GetInt64(1)), cancellationToken);
        return counts.ToDictionary(row => row.Namespace, row => row.Leases, StringComparer.Ordinal);
    }

    private static LeaseRow Read(DbDataReader row) => new(
        new AttemptFence(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetInt64(3)), row.GetString(4),
        row.GetString(5))
    {
        Nonce = new ClaimNonce(row.GetInt64(6), row.GetInt64(7)),
        Ordinal = row.GetInt32(8),
        Until = row.InstantAt(9),
    };
}
