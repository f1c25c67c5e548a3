using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Postgres;

/// <summary>One caller's write on its way through the writer.</summary>
internal abstract class WriteRequest
{
    /// <summary>What it touches: two requests that share a key are never in one group.</summary>
    public abstract IEnumerable<object> Keys { get; }

    /// <summary>Tells the caller: the write is durable.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception reason);
}

internal abstract class WriteRequest<T> : WriteRequest
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Done => _done.Task;

    /// <summary>Set before <see cref="Complete"/>.</summary>
    public T? Answer { get; set; }

    public override void Complete() => _done.TrySetResult(Answer!);

    public override void Fail(Exception reason) => _done.TrySetException(reason);
}

internal sealed class CommitRequest(Commit commit) : WriteRequest<CommitOutcome>
{
    public Commit Commit => commit;

    public override IEnumerable<object> Keys =>
        commit.Documents.Select(write => ("document", write.Key))
            .Concat(commit.Unchanged.Select(guard => ("document", guard.Key)))
            .Concat(Runs().Select(run => ("run", run))).Cast<object>()
            .Concat(commit.Lease.Select(row => (object)(row.Agent, row.Nonce, row.Ordinal)))
            .Concat(commit.Idempotency is { } key ? [("idempotency", key.Namespace, key.Key)] : Array.Empty<object>());

    private IEnumerable<string> Runs()
    {
        if (commit.Run is { } run) yield return run.Row.Id;
        if (commit.DeleteRun is { } deletion) yield return deletion.Run;
        foreach (var row in commit.Steps) yield return row.Run;
        foreach (var key in commit.Dequeue) yield return key.Run;
        foreach (var row in commit.Enqueue) yield return row.Run;
        foreach (var end in commit.Ended) yield return end.Key.Run;
        foreach (var key in commit.Unlease) yield return key.Run;
        foreach (var row in commit.Lease) yield return row.Fence.Run;
    }
}

internal sealed class RenewalRequest(string agent, IReadOnlyList<AttemptFence> fences, DateTimeOffset until)
    : WriteRequest<IReadOnlyList<bool>>
{
    public string Agent => agent;
    public IReadOnlyList<AttemptFence> Fences => fences;
    public DateTimeOffset Until => until;

    public override IEnumerable<object> Keys => fences.Select(fence => (object)("run", fence.Run));
}

/// <summary>Gives every lease a fresh term; it touches them all, so it goes alone.</summary>
internal sealed class ExtensionRequest(DateTimeOffset until) : WriteRequest<bool>
{
    public DateTimeOffset Until => until;

    public override IEnumerable<object> Keys => [];
}
