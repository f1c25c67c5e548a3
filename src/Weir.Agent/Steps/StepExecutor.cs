using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Weir.Agent.Folders;
using Weir.Agent.Leases;
using Weir.Agent.Pacing;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Links;
using Weir.Engine.Masking;
using Weir.Engine.Runtimes;

namespace Weir.Agent.Steps;

/// <summary>
/// Executes held attempts and delivers their outcomes: recorded on disk before it begins, the outcome on disk before it
/// is sent, sent until it is answered or the attempt is lost, everything removed after that. What cannot outlive the
/// agent is recorded only once its outcome could not be delivered at once: lost before that, it is executed again.
/// </summary>
internal sealed partial class StepExecutor(
    AgentContext context, AttemptTable table, LeaseKeeper keeper, DiskWatch disk, Jitter jitter)
{
    private readonly ILogger _log = context.Loggers.CreateLogger<StepExecutor>();
    private readonly StepsToCome _toCome = new(context, table);
    private readonly string[] _runtimes = [.. context.Runtimes.Select(runtime => runtime.Name)];

    /// <summary>
    /// Returns when the attempt is over for this agent, with the attempts that came in passing with its finish. With
    /// <paramref name="earlier"/> it goes on with what an earlier life of the agent left.
    /// </summary>
    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "boundary of a slot's loop")]
    public async Task<IReadOnlyList<HeldAttempt>> ExecuteAsync(
        HeldAttempt held, AttemptFolder? earlier, AgentTokens tokens)
    {
        using var sending = CancellationTokenSource.CreateLinkedTokenSource(held.Lost, tokens.GiveUp);
        var folder = earlier;
        try
        {
            await keeper.EnsureFreshAsync(held, sending.Token);
            sending.Token.ThrowIfCancellationRequested();
            var (begun, refusal) = earlier is null ? Begin(held) : (earlier, null);
            folder = begun;
            var request = await ProduceAsync(held, folder, refusal, earlier is not null, tokens, sending.Token);
            if (request is null) return Drop(held, folder);
            return await DeliverAsync(held, folder, request, sending.Token);
        }
        catch (OperationCanceledException) when (sending.IsCancellationRequested)
        {
            if (earlier is { Finish: null } && held.Lost.IsCancellationRequested) await EndEarlierAsync(earlier);
            return Drop(held, folder);
        }
        catch (Exception e)
        {
            Log.Failed(_log, held.Fence, e);
            held.Lose();
            return Drop(held, folder);
        }
    }

    private (AttemptFolder Folder, AttemptOutcome? Refusal) Begin(HeldAttempt held)
    {
        var runtime = "";
        try
        {
            var chosen = RuntimeChoice.Choose(context.Runtimes, held.Assignment.Work);
            runtime = chosen.Name;
            var record = RecordOf(held, runtime) with { InMemory = NeedsNoFolder(chosen, held.Assignment.Work) };
            return (context.Directory.Begin(record), null);
        }
        catch (StepException e)
        {
            return (OffDisk(held, runtime), StepEnd.Failed(e.Reason, e.Message));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (OffDisk(held, runtime),
                StepEnd.Failed(ReasonCode.Infrastructure, $"the agent's disk failed: {e.Message}"));
        }
    }

    private async Task<FinishRequest?> ProduceAsync(
        HeldAttempt held, AttemptFolder folder, AttemptOutcome? refusal, bool earlier, AgentTokens tokens,
        CancellationToken sending)
    {
        var feed = new ProgressFeed(context, held, folder, jitter, sending)
        {
            Begun = () => _toCome.Begun(held, folder),
        };
        var request = folder.Finish;
        try
        {
            if (request is null)
            {
                var outcome = refusal ?? await RunAsync(held, folder, feed, earlier, tokens);
                if (outcome is null) return null;
                request = Record(folder, Complete(outcome, folder, feed));
            }

            if (held.Assignment.Work.KeepWorkspace) folder.LeaveWorkspace(Succeeded(request));
            var tail = await feed.EndAsync();
            return earlier && tail.Count == 0 ? request : request with { Tail = tail };
        }
        finally
        {
            await feed.AbandonAsync();
        }
    }

    private Task<AttemptOutcome?> RunAsync(
        HeldAttempt held, AttemptFolder folder, ProgressFeed feed, bool earlier, AgentTokens tokens)
    {
        var run = new StepRun(context, held, folder, feed, new BlobExchange(context, held.Fence, jitter));
        var runtime = context.Runtimes.FirstOrDefault(candidate => candidate.Name == folder.Record.Runtime);
        if (runtime is null)
        {
            return Task.FromResult<AttemptOutcome?>(StepEnd.Failed(
                ReasonCode.Infrastructure, $"the agent restarted without the runtime '{folder.Record.Runtime}'"));
        }

        return earlier ? run.ResumeAsync(runtime, tokens) : run.RunAsync(runtime, tokens);
    }

    // Disposing of a container ends all that is in it.
    private async Task EndEarlierAsync(AttemptFolder folder)
    {
        var runtime = context.Runtimes.FirstOrDefault(candidate => candidate.Name == folder.Record.Runtime);
        if (runtime is null) return;
        var container = await runtime.AdoptAsync(StepPreparation.SpecOf(folder), CancellationToken.None);
        if (container is not null) await container.DisposeAsync();
    }

    private static FinishRequest Complete(AttemptOutcome outcome, AttemptFolder folder, ProgressFeed feed)
    {
        var whole = outcome with
        {
            Message = outcome.Message ?? feed.Masks.Problem,
            Runtime = folder.Record.Runtime is "" ? null : folder.Record.Runtime,
            Image = feed.Image,
            Commands = feed.Commands.Records,
            StdoutBytes = folder.Spool.Stdout,
            StderrBytes = folder.Spool.Stderr,
        };
        return new FinishRequest(
            folder.Record.Assignment.Fence, feed.Masks.Current is { } masks ? MaskedOutcome.Of(masks, whole) : whole)
        {
            Tail = folder.Spool.Head(),
        };
    }

    private FinishRequest Record(AttemptFolder folder, FinishRequest request)
    {
        OnDisk(folder, () => folder.Finish = request);
        return request;
    }

    private void Keep(AttemptFolder folder) => OnDisk(folder, folder.Keep);

    private void OnDisk(AttemptFolder folder, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotRecorded(_log, folder.Record.Assignment.Fence, e.Message);
        }
    }

    private async Task<IReadOnlyList<HeldAttempt>> DeliverAsync(
        HeldAttempt held, AttemptFolder folder, FinishRequest request, CancellationToken sending)
    {
        var next = await FinishAsync(held, folder, request, sending);
        _toCome.Ended(held, request.Outcome.Status, next);
        if (!held.Assignment.Work.KeepWorkspace) folder.LeaveWorkspace(Succeeded(request));
        folder.Remove();
        return next;
    }

    private async Task<IReadOnlyList<HeldAttempt>> FinishAsync(
        HeldAttempt held, AttemptFolder folder, FinishRequest request, CancellationToken sending)
    {
        var ticket = disk.HasRoom() ? table.TryBeginClaim(held) : null;
        if (ticket is not null)
        {
            request = request with { FreeSlots = ticket.FreeSlots, ClaimNonce = ticket.Nonce, Runtimes = _runtimes };
        }

        try
        {
            var response = await SendAsync(request, folder, sending);
            if (ticket is not null && response is not null) return table.TakeIn(ticket, response.Next, held);
        }
        catch (OperationCanceledException)
        {
            if (ticket is not null) table.Abandon(ticket);
            if (!held.Lost.IsCancellationRequested) Keep(folder);
            throw;
        }

        table.Remove(held);
        if (ticket is not null) table.Abandon(ticket);
        return [];
    }

    private async Task<FinishResponse?> SendAsync(
        FinishRequest request, AttemptFolder folder, CancellationToken sending)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                var response = await context.Link.FinishAsync(request, sending);
                if (response.Verdict == WriteVerdict.Fenced) Log.Fenced(_log, request.Fence);
                return response;
            }
            catch (LinkException e) when (!e.Permanent)
            {
                if (failures == 1) Log.NotSent(_log, request.Fence, e.Message);
                Keep(folder);
                await Task.Delay(jitter.Backoff(failures), context.Time, sending);
            }
            catch (LinkException e)
            {
                Log.Refused(_log, request.Fence, e.Message);
                return null;
            }
        }
    }

    // An attempt that is not lost stays on disk: the agent is going down, and its next life tells the outcome.
    private IReadOnlyList<HeldAttempt> Drop(HeldAttempt held, AttemptFolder? folder)
    {
        table.Remove(held);
        _toCome.Ended(held, null, []);
        if (!held.Lost.IsCancellationRequested || folder is null) return [];
        folder.LeaveWorkspace(succeeded: false);
        folder.Remove();
        return [];
    }

    private AttemptFolder OffDisk(HeldAttempt held, string runtime) =>
        new MemoryAgentDirectory().Begin(RecordOf(held, runtime));

    private AttemptRecord RecordOf(HeldAttempt held, string runtime) =>
        new(held.Assignment, held.Slot, runtime, context.Time.GetUtcNow());

    private static bool NeedsNoFolder(IContainerRuntime runtime, StepWork work) =>
        runtime.Capabilities.HasFlag(RuntimeCapabilities.NoFolders)
        && !runtime.Capabilities.HasFlag(RuntimeCapabilities.Adoption)
        && work is { Workspace: null, KeepWorkspace: false, UploadWorkspace: false }
        && work is { Resources.Count: 0, Artifacts.Count: 0 };

    private static bool Succeeded(FinishRequest request) => request.Outcome.Status == RunStatus.Success;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Fence} could not be carried to its end")]
        public static partial void Failed(ILogger logger, AttemptFence fence, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "The outcome of {Fence} could not be recorded: {Reason}")]
        public static partial void NotRecorded(ILogger logger, AttemptFence fence, string reason);

        [LoggerMessage(3, LogLevel.Warning, "The outcome of {Fence} was not taken: the lease had passed on")]
        public static partial void Fenced(ILogger logger, AttemptFence fence);

        [LoggerMessage(4, LogLevel.Warning, "The outcome of {Fence} could not be sent yet: {Reason}")]
        public static partial void NotSent(ILogger logger, AttemptFence fence, string reason);

        [LoggerMessage(5, LogLevel.Error, "The outcome of {Fence} was refused: {Reason}")]
        public static partial void Refused(ILogger logger, AttemptFence fence, string reason);
    }
}
