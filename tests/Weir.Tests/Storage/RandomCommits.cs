using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Storage;

namespace Weir.Tests.Storage;

/// <summary>
/// Makes commits by chance: mostly such as hold on the store as it is, some stale, some against the rules.
/// </summary>
internal sealed class RandomCommits(Random random, IRecordStore records, IDocumentStore documents)
{
    private static readonly string[] Namespaces = ["alpha", "beta"];
    private static readonly string[] Flows = ["build", "deploy"];
    private static readonly string[] Shapes = ["linux", "gpu"];
    private static readonly string[] Agents = ["ann", "bob"];

    public static IEnumerable<string> RunIds => Enumerable.Range(0, 12).Select(i => $"01run{i:D2}");

    public static IEnumerable<string> DocumentKeys => Enumerable.Range(0, 6).Select(i => $"flows/{(char)('a' + i)}");

    public async Task<Commit> NextAsync()
    {
        var commit = new Commit();
        if (Chance(30)) commit = commit with { Documents = await DocumentsAsync() };
        if (Chance(15)) commit = commit with { Unchanged = await GuardsAsync() };
        if (Chance(15)) commit = commit with { Idempotency = Idempotency() };
        if (Chance(60)) commit = commit with { Run = await RunAsync() };
        if (Chance(8)) commit = commit with { DeleteRun = await DeletionAsync() };
        if (Chance(20)) commit = commit with { Plan = new PlanRow($"sha256:{random.Next(4)}", $"{random.Next()}") };
        if (Chance(50)) commit = commit with { Steps = Several(() => Step()) };
        if (Chance(40)) commit = commit with { Enqueue = Several(Queued) };
        if (Chance(40)) commit = commit with { Dequeue = await QueuedAsync() };
        if (Chance(40)) commit = commit with { Lease = Several(Lease) };
        if (Chance(40)) commit = commit with { Unlease = await LeasedAsync() };
        if (Chance(15)) commit = commit with { Ended = await EndsAsync() };
        if (Chance(40)) commit = commit with { Nodes = Several(Node) };
        if (Chance(60))
            commit = commit with { Events = Several(() => Samples.Event(RunId()) with { Time = Instant() }) };
        return commit;
    }

    public AttemptFence Fence() => new(RunId(), $"s{random.Next(3)}", 1 + random.Next(2), 1 + random.Next(3));

    public string Agent() => Pick(Agents);

    public DateTimeOffset Instant() => Samples.At(random.Next(200)).AddTicks(random.Next(30_000));

    public bool Chance(int percent) => random.Next(100) < percent;

    private string RunId() => $"01run{random.Next(12):D2}";

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];

    private List<T> Several<T>(Func<T> make) => [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => make())];

    private long Version(long? present) => Chance(92) ? present ?? 0 : random.Next(4);

    private async Task<IReadOnlyList<DocumentWrite>> DocumentsAsync()
    {
        var key = Pick(DocumentKeys.ToList());
        var present = await documents.GetAsync(key, CancellationToken.None);
        return [new DocumentWrite(key, Version(present?.Version), Chance(20) ? null : $"{random.Next()}")];
    }

    private async Task<IReadOnlyList<DocumentGuard>> GuardsAsync()
    {
        var key = Pick(DocumentKeys.ToList());
        return [new DocumentGuard(key, Version((await documents.GetAsync(key, CancellationToken.None))?.Version))];
    }

    private IdempotencyRow Idempotency() =>
        new(Pick(Namespaces), $"k{random.Next(6)}", $"{random.Next()}", RunId(), Instant());

    private async Task<RunWrite> RunAsync()
    {
        var id = RunId();
        var present = await records.GetRunAsync(id, CancellationToken.None);
        var status = (RunStatus)(
            Chance(80) ? Math.Max((int)(present?.Status ?? RunStatus.Pending), random.Next(3)) : random.Next(6));
        var row = new RunRow(id, Pick(Namespaces), Pick(Flows), $"{random.Next()}")
        {
            Revision = Chance(50) ? random.Next(9) : null,
            Status = status,
            Reason = (ReasonCode)random.Next(5),
            PlanDigest = $"sha256:{random.Next(4)}",
            Version = random.Next(9),
            Created = Instant(),
            Started = Chance(50) ? Instant() : null,
            Ended = Chance(50) ? Instant() : null,
            Due = status.IsFinal() && Chance(80) || Chance(3) ? null : Instant(),
        };
        return new RunWrite(row, Version(present?.Version));
    }

    private async Task<RunDeletion> DeletionAsync()
    {
        var id = RunId();
        return new RunDeletion(id, Version((await records.GetRunAsync(id, CancellationToken.None))?.Version));
    }

    private NodeRow Node()
    {
        var above = Chance(50) ? Samples.Node(random.Next(9), "top") : null;
        return Samples.Node(random.Next(40), Pick(Flows), above, Pick(Shapes)) with { Namespace = Pick(Namespaces) };
    }

    private StepRow Step() =>
        new(RunId(), random.Next(3), $"s{random.Next(3)}", (RunStatus)random.Next(6), $"{random.Next()}");

    private QueueRow Queued() => new(RunId(), $"s{random.Next(3)}", Pick(Namespaces), Pick(Shapes))
    {
        Priority = random.Next(-1, 2),
        Enqueued = Instant(),
    };

    private async Task<IReadOnlyList<StepKey>> QueuedAsync()
    {
        if (Chance(10)) return [new StepKey(RunId(), "s0")];
        var rows = await records.ListQueueAsync(Pick(Namespaces), Pick(Shapes), 3, CancellationToken.None);
        return [.. rows.Select(row => new StepKey(row.Run, row.Step))];
    }

    private LeaseRow Lease() => new(Fence(), Agent(), Pick(Namespaces))
    {
        Nonce = new ClaimNonce(1 + random.Next(2), random.Next(20)),
        Ordinal = random.Next(3),
        Until = Instant(),
    };

    private async Task<IReadOnlyList<LeaseKey>> LeasedAsync()
    {
        if (Chance(10)) return [new LeaseKey(RunId(), "s0", 1)];
        var rows = await records.ListLeasesAsync(Agent(), CancellationToken.None);
        return [.. rows.Take(1 + random.Next(4)).Select(row => row.Key)];
    }

    private async Task<IReadOnlyList<LeaseEnd>> EndsAsync()
    {
        var rows = await records.ListLeasesAsync(Agent(), CancellationToken.None);
        return [.. rows.Take(1 + random.Next(2)).Select(row => new LeaseEnd(row.Key, Instant()))];
    }
}
