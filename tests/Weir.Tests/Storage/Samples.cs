using System.Globalization;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Storage;

namespace Weir.Tests.Storage;

/// <summary>Rows with everything filled in that a test does not care for.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset At(int seconds) => Noon.AddSeconds(seconds);

    public static RunRow Run(string id, string @namespace = "default", string flow = "build") =>
        new(id, @namespace, flow, $$"""{"of":"{{id}}"}""")
        {
            Revision = 3,
            Status = RunStatus.Running,
            PlanDigest = "sha256:plan",
            Version = 0,
            Created = Noon,
            Started = At(1),
            Due = At(60),
        };

    public static RunRow Ended(RunRow row, RunStatus status = RunStatus.Success) =>
        row with { Status = status, Reason = ReasonCode.Exit, Ended = At(90), Due = null };

    public static StepRow Step(string run, int index, string name = "test") =>
        new(run, index, name, RunStatus.Pending, """{"attempts":[]}""");

    public static QueueRow Queued(
        string run, string step = "test", string @namespace = "default", string shape = "linux") =>
        new(run, step, @namespace, shape) { Enqueued = Noon };

    public static LeaseRow Lease(
        string run, string step = "test", long lease = 7, string agent = "ann", int ordinal = 0) =>
        new(new AttemptFence(run, step, 1, lease), agent, "default")
        {
            Nonce = new ClaimNonce(1, lease),
            Ordinal = ordinal,
            Until = At(30),
        };

    public static EventRow Event(string subject, string type = "run.started") =>
        new(0, Noon, type, "default", subject, """{"x":1}""");

    /// <summary>The id, and the second it was made in, tell it from the others.</summary>
    public static NodeRow Node(int number, string name, NodeRow? above = null, string kind = "node")
    {
        var id = number.ToString("x24", CultureInfo.InvariantCulture);
        return new NodeRow(id, "default", name, """{"data":{"x":1}}""")
        {
            Parent = above?.Id,
            Lineage = above is null ? id : $"{above.Lineage}/{id}",
            Path = above is null ? $"""["{name}"]""" : $"""{above.Path[..^1]},"{name}"]""",
            Kind = kind,
            Owner = "ann",
            Created = At(number),
        };
    }

    public static Commit Inserts(RunRow row) => new() { Run = new RunWrite(row, 0) };

    public static Commit Writes(DocumentWrite write) => new() { Documents = [write] };

    public static Commit Tells(params EventRow[] events) => new() { Events = events };

    public static async Task<CommitOutcome.Committed> Done(this ValueTask<CommitOutcome> outcome) =>
        Assert.IsType<CommitOutcome.Committed>(await outcome);

    public static async Task<ConflictKind> Refused(this ValueTask<CommitOutcome> outcome) =>
        Assert.IsType<CommitOutcome.Conflict>(await outcome).Kind;
}
