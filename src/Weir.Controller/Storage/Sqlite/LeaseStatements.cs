using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Sqlite;

internal sealed class LeaseStatements(Connection connection)
{
    private readonly Statement _numberOf = connection.Prepare("SELECT lease FROM leases WHERE run = ? AND step = ?");
    private readonly Statement _claimed = connection.Prepare(
        "SELECT run, step, lease FROM leases WHERE agent = ? AND generation = ? AND number = ? AND ordinal = ?");

    private readonly Statement _ended = connection.Prepare(
        "SELECT 1 FROM leases WHERE run = ? AND step = ? AND lease = ? AND until < ?");

    private readonly Statement _remove = connection.Prepare("DELETE FROM leases WHERE run = ? AND step = ?");
    private readonly Statement _add = connection.Prepare(
        """
        INSERT INTO leases (run, step, attempt, lease, agent, namespace, generation, number, ordinal, until)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);

    private readonly Statement _renew = connection.Prepare(
        """
        UPDATE leases SET until = max(until, ?)
        WHERE run = ? AND step = ? AND attempt = ? AND lease = ? AND agent = ?
        """);

    private readonly Statement _extendAll = connection.Prepare("UPDATE leases SET until = ?1 WHERE until < ?1");

    public CommitOutcome.Conflict? Check(Commit commit)
    {
        foreach (var end in commit.Ended)
        {
            var key = end.Key;
            if (!_ended.Text(key.Run).Text(key.Step).Integer(key.Lease).Instant(end.Before).Run())
                return new CommitOutcome.Conflict(ConflictKind.LeaseNotEnded, $"{key.Run}/{key.Step}@{key.Lease}");
        }

        foreach (var key in commit.Unlease)
        {
            if (NumberOf(key.Run, key.Step) != key.Lease)
                return new CommitOutcome.Conflict(ConflictKind.Lease, $"{key.Run}/{key.Step}@{key.Lease}");
        }

        foreach (var row in commit.Lease)
        {
            if (FindClaim(row) is { } claimed && !commit.Unlease.Contains(claimed))
                return new CommitOutcome.Conflict(ConflictKind.ClaimNonce, row.Fence.ToString());
            if (NumberOf(row.Fence.Run, row.Fence.Step) is { } held
                && !commit.Unlease.Contains(row.Key with { Lease = held }))
                return new CommitOutcome.Conflict(ConflictKind.Lease, row.Fence.ToString());
        }

        return null;
    }

    public void Apply(Commit commit)
    {
        foreach (var key in commit.Unlease) _remove.Text(key.Run).Text(key.Step).Run();
        foreach (var row in commit.Lease) Add(row);
    }

    public bool Renew(string agent, AttemptFence fence, DateTimeOffset until)
    {
        _renew.Instant(until).Text(fence.Run).Text(fence.Step)
            .Integer(fence.Attempt).Integer(fence.Lease).Text(agent).Run();
        return connection.Changes > 0;
    }

    public void ExtendAll(DateTimeOffset until) => _extendAll.Instant(until).Run();

    private void Add(LeaseRow row) => _add
        .Text(row.Fence.Run).Text(row.Fence.Step).Integer(row.Fence.Attempt).Integer(row.Fence.Lease)
        .Text(row.Agent).Text(row.Namespace)
        .Integer(row.Nonce.Generation).Integer(row.Nonce.Number).Integer(row.Ordinal).Instant(row.Until).Run();

    private long? NumberOf(string run, string step)
    {
        long? lease = _numberOf.Text(run).Text(step).Step() ? _numberOf.IntegerAt(0) : null;
        _numberOf.Reset();
        return lease;
    }

    private LeaseKey? FindClaim(LeaseRow row)
    {
        _claimed.Text(row.Agent).Integer(row.Nonce.Generation).Integer(row.Nonce.Number).Integer(row.Ordinal);
        LeaseKey? key = _claimed.Step()
            ? new LeaseKey(_claimed.TextAt(0), _claimed.TextAt(1), _claimed.IntegerAt(2))
            : null;
        _claimed.Reset();
        return key;
    }
}
