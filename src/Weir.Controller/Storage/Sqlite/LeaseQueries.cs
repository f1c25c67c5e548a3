using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Sqlite;

internal sealed class LeaseQueries(Connection connection)
{
    private const string Select =
        "SELECT run, step, attempt, lease, agent, namespace, generation, number, ordinal, until FROM leases";

    private readonly Statement _get = connection.Prepare($"{Select} WHERE run = ? AND step = ?");
    private readonly Statement _ofAgent = connection.Prepare(
        $"{Select} WHERE agent = ? ORDER BY generation, number, ordinal");
    private readonly Statement _claimed = connection.Prepare(
        $"{Select} WHERE agent = ? AND generation = ? AND number = ? ORDER BY ordinal");
    private readonly Statement _expired = connection.Prepare(
        $"{Select} WHERE until < ? ORDER BY until, run, step LIMIT ?");
    private readonly Statement _count = connection.Prepare("SELECT namespace, count(*) FROM leases GROUP BY namespace");

    public LeaseRow? Get(string run, string step) => _get.Text(run).Text(step).First(ReadLease);

    public IReadOnlyList<LeaseRow> List(string agent) => _ofAgent.Text(agent).Rows(ReadLease);

    public IReadOnlyList<LeaseRow> ListClaimed(string agent, ClaimNonce nonce) =>
        _claimed.Text(agent).Integer(nonce.Generation).Integer(nonce.Number).Rows(ReadLease);

    public IReadOnlyList<LeaseRow> ListExpired(DateTimeOffset now, int limit) =>
        _expired.Instant(now).Integer(limit).Rows(ReadLease);

    public IReadOnlyDictionary<string, int> Count() => _count
        .Rows(row => (Namespace: row.TextAt(0), Leases: row.SmallAt(1)))
        .ToDictionary(row => row.Namespace, row => row.Leases, StringComparer.Ordinal);

    private static LeaseRow ReadLease(Statement row) => new(
        new AttemptFence(row.TextAt(0), row.TextAt(1), row.SmallAt(2), row.IntegerAt(3)), row.TextAt(4), row.TextAt(5))
    {
        Nonce = new ClaimNonce(row.IntegerAt(6), row.IntegerAt(7)),
        Ordinal = row.SmallAt(8),
        Until = row.InstantAt(9),
    };
}
