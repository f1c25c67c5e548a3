using Npgsql;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Postgres;

/// <summary>The statements that write a group's commits: one for each kind of row, whatever their number.</summary>
internal sealed class GroupWrites(NpgsqlBatch batch, IReadOnlyList<Commit> commits, StoredRows stored)
{
    /// <param name="knownPlans">Digests that need not be sent again.</param>
    /// <returns>How many result sets the statements give before the events are written: 1 when runs are new.</returns>
    public bool AddRows(Predicate<string> knownPlans)
    {
        AddDocuments();
        AddIdempotency();
        var isNumbering = AddRuns();
        AddPlans(knownPlans);
        AddSteps();
        AddQueue();
        AddLeases();
        AddNodes();
        return isNumbering;
    }

    private void AddDocuments()
    {
        // the last write of a key is the one that stays, as if they were made one by one
        var writes = commits.SelectMany(commit => commit.Documents)
            .GroupBy(write => write.Key, StringComparer.Ordinal).Select(same => same.Last())
            .OrderBy(write => write.Key, StringComparer.Ordinal).ToList();
        Each(writes.Where(write => write.Json is null), gone =>
            batch.Add("DELETE FROM documents WHERE key = ANY($1)").Texts(gone, write => write.Key));
        Each(writes.Where(write => write.Json is not null && stored.VersionOf(write.Key) == 0), added =>
            batch.Add("INSERT INTO documents (key, version, json) SELECT * FROM unnest($1, $2, $3)")
                .Texts(added, write => write.Key).Integers(added, write => write.ExpectedVersion + 1)
                .Texts(added, write => write.Json!));
        Each(writes.Where(write => write.Json is not null && stored.VersionOf(write.Key) != 0), changed =>
            batch.Add(
                """
                UPDATE documents SET version = given.version, json = given.json
                FROM unnest($1, $2, $3) AS given (key, version, json) WHERE documents.key = given.key
                """)
                .Texts(changed, write => write.Key).Integers(changed, write => write.ExpectedVersion + 1)
                .Texts(changed, write => write.Json!));
    }

    private void AddIdempotency() => Each(commits.Select(commit => commit.Idempotency).OfType<IdempotencyRow>(), rows =>
        batch.Add(
            """
            INSERT INTO idempotency (namespace, key, content_hash, run, created)
            SELECT * FROM unnest($1, $2, $3, $4, $5)
            """)
            .Texts(rows, row => row.Namespace).Texts(rows, row => row.Key).Texts(rows, row => row.ContentHash)
            .Texts(rows, row => row.Run).Instants(rows, row => row.Created));

    private bool AddRuns()
    {
        var writes = commits.Select(commit => commit.Run).OfType<RunWrite>().ToList();
        var added = writes.Where(write => stored.Run(write.Row.Id).Version == 0).ToList();
        if (added.Count > 0) AddNewRuns(added);
        Each(writes.Where(write => stored.Run(write.Row.Id).Version != 0), changed => BindRuns(
            batch.Add(
                """
                UPDATE runs SET version = given.version, revision = given.revision, status = given.status,
                    reason = given.reason, plan_digest = given.plan_digest, started = given.started,
                    ended = given.ended, due = given.due, json = given.json, round = given.round
                FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                    AS given (id, version, revision, status, reason, plan_digest, started, ended, due, json, round)
                WHERE runs.id = given.id
                """),
            changed));
        Each(commits.Select(commit => commit.DeleteRun).OfType<RunDeletion>(), gone =>
        {
            batch.Add("DELETE FROM runs WHERE id = ANY($1)").Texts(gone, run => run.Run);
            batch.Add("DELETE FROM steps WHERE run = ANY($1)").Texts(gone, run => run.Run);
            batch.Add("DELETE FROM queue WHERE run = ANY($1)").Texts(gone, run => run.Run);
            batch.Add("DELETE FROM leases WHERE run = ANY($1)").Texts(gone, run => run.Run);
        });
        return added.Count > 0;
    }

    /// <summary>
    /// Each flow's counter rises once by the number of its new runs, which get their places counted from its end.
    /// </summary>
    private void AddNewRuns(List<RunWrite> added)
    {
        var places = new Dictionary<(string, string), long>();
        var fromEnd = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var row in added.Select(write => write.Row).Reverse())
        {
            var flow = (row.Namespace, row.Flow);
            fromEnd[row.Id] = places.GetValueOrDefault(flow);
            places[flow] = places.GetValueOrDefault(flow) + 1;
        }

        BindRuns(
            batch.Add(
                """
                WITH given AS (
                    SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                        AS rows (id, version, revision, status, reason, plan_digest, started, ended, due, json,
                            round, namespace, flow, created, from_end)),
                counted AS (
                    INSERT INTO run_numbers (namespace, flow, last)
                    SELECT namespace, flow, count(*) FROM given GROUP BY namespace, flow ORDER BY namespace, flow
                    ON CONFLICT (namespace, flow) DO UPDATE SET last = run_numbers.last + excluded.last
                    RETURNING namespace, flow, last)
                INSERT INTO runs (id, namespace, flow, number, revision, status, reason, plan_digest, version, created,
                    started, ended, due, json, round)
                SELECT id, namespace, flow, last - from_end, revision, status, reason, plan_digest, version, created,
                    started, ended, due, json, round
                FROM given JOIN counted USING (namespace, flow)
                RETURNING id, number
                """),
            added)
            .Texts(added, write => write.Row.Namespace).Texts(added, write => write.Row.Flow)
            .Instants(added, write => write.Row.Created).Integers(added, write => fromEnd[write.Row.Id]);
    }

    private void AddPlans(Predicate<string> known) => Each(
        commits.Select(commit => commit.Plan).OfType<PlanRow>().Where(plan => !known(plan.Digest))
            .DistinctBy(plan => plan.Digest).OrderBy(plan => plan.Digest, StringComparer.Ordinal),
        plans => batch.Add(
            "INSERT INTO plans (digest, json) SELECT * FROM unnest($1, $2) ON CONFLICT (digest) DO NOTHING")
            .Texts(plans, plan => plan.Digest).Texts(plans, plan => plan.Json));

    private void AddSteps() => Each(
        commits.SelectMany(commit => commit.Steps).GroupBy(step => (step.Run, step.Index)).Select(same => same.Last()),
        steps => batch.Add(
            """
            INSERT INTO steps (run, place, name, status, json) SELECT * FROM unnest($1, $2, $3, $4, $5)
            ON CONFLICT (run, place) DO UPDATE
                SET name = excluded.name, status = excluded.status, json = excluded.json
            """)
            .Texts(steps, step => step.Run).Smalls(steps, step => step.Index).Texts(steps, step => step.Name)
            .Smalls(steps, step => (int)step.Status).Texts(steps, step => step.Json));

    private void AddQueue()
    {
        Each(commits.SelectMany(commit => commit.Dequeue).Distinct(), gone => batch.Add(
            "DELETE FROM queue USING unnest($1, $2) AS gone (run, step) WHERE queue.run = gone.run AND queue.step = gone.step")
            .Texts(gone, key => key.Run).Texts(gone, key => key.Step));
        Each(commits.SelectMany(commit => commit.Enqueue), added => batch.Add(
            """
            INSERT INTO queue (run, step, namespace, shape, priority, enqueued)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
            """)
            .Texts(added, row => row.Run).Texts(added, row => row.Step).Texts(added, row => row.Namespace)
            .Texts(added, row => row.Shape).Smalls(added, row => row.Priority)
            .Instants(added, row => row.Enqueued));
    }

    private void AddLeases()
    {
        Each(commits.SelectMany(commit => commit.Unlease).Distinct(), gone => batch.Add(
            "DELETE FROM leases USING unnest($1, $2) AS gone (run, step) WHERE leases.run = gone.run AND leases.step = gone.step")
            .Texts(gone, key => key.Run).Texts(gone, key => key.Step));
        Each(commits.SelectMany(commit => commit.Lease), added => batch.Add(
            """
            INSERT INTO leases (run, step, attempt, lease, agent, namespace, generation, number, ordinal, until)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """)
            .Texts(added, row => row.Fence.Run).Texts(added, row => row.Fence.Step)
            .Smalls(added, row => row.Fence.Attempt).Integers(added, row => row.Fence.Lease)
            .Texts(added, row => row.Agent).Texts(added, row => row.Namespace)
            .Integers(added, row => row.Nonce.Generation).Integers(added, row => row.Nonce.Number)
            .Smalls(added, row => row.Ordinal).Instants(added, row => row.Until));
    }

    private void AddNodes() => Each(commits.SelectMany(commit => commit.Nodes).DistinctBy(node => node.Id), nodes =>
        batch.Add(
            """
            INSERT INTO nodes (id, namespace, parent, lineage, path, name, kind, owner, created, json)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING
            """)
            .Texts(nodes, node => node.Id).Texts(nodes, node => node.Namespace).Texts(nodes, node => node.Parent)
            .Texts(nodes, node => node.Lineage).Texts(nodes, node => node.Path).Texts(nodes, node => node.Name)
            .Texts(nodes, node => node.Kind).Texts(nodes, node => node.Owner).Instants(nodes, node => node.Created)
            .Texts(nodes, node => node.Json));

    private static void Each<T>(IEnumerable<T> rows, Action<List<T>> add)
    {
        var all = rows.ToList();
        if (all.Count > 0) add(all);
    }

    private static Arguments BindRuns(Arguments args, List<RunWrite> writes) => args
        .Texts(writes, write => write.Row.Id).Integers(writes, write => write.ExpectedVersion + 1)
        .Integers(writes, write => (long?)write.Row.Revision).Smalls(writes, write => (int)write.Row.Status)
        .Smalls(writes, write => (int)write.Row.Reason).Texts(writes, write => write.Row.PlanDigest)
        .Instants(writes, write => write.Row.Started).Instants(writes, write => write.Row.Ended)
        .Instants(writes, write => write.Row.Due).Texts(writes, write => write.Row.Json)
        .Smalls(writes, write => write.Row.Round);
}
