using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Weir.Agent.Folders;
using Weir.Agent.Leases;
using Weir.Agent.Pacing;
using Weir.Agent.Steps;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Links;
using Weir.Engine.Runtimes;

namespace Weir.Agent;

/// <summary>
/// The agent: takes up what an earlier life left, then claims attempts while slots are free and executes them. Besides
/// it renews leases, listens to the channel, and tidies its folder. Runs on the caller's synchronization context only.
/// </summary>
public sealed partial class AgentLoop
{
    private static readonly TimeSpan TidyPeriod = TimeSpan.FromHours(1);
    private static readonly TimeSpan LookForRoomEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(2);
    private readonly AgentContext _context;
    private readonly AttemptTable _table;
    private readonly LeaseKeeper _keeper;
    private readonly DiskWatch _disk;
    private readonly StepExecutor _executor;
    private readonly Jitter _jitter;
    private readonly Signal _nudged;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private readonly List<Task> _slots = [];
    private readonly string[] _runtimes;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Counts a generation in the directory: one loop is one life of the agent.</summary>
    public AgentLoop(AgentContext context)
    {
        _context = context;
        _jitter = new Jitter(context.Random);
        _table = new AttemptTable(context.Directory.BeginGeneration(), context.Options.Slots, context.Time);
        _keeper = new LeaseKeeper(context, _table, _jitter);
        _disk = new DiskWatch(context, _table);
        _executor = new StepExecutor(context, _table, _keeper, _disk, _jitter);
        _nudged = new Signal(context.Time);
        _runtimes = [.. context.Runtimes.Select(runtime => runtime.Name)];
        _log = context.Loggers.CreateLogger<AgentLoop>();
    }

    /// <summary>
    /// Ends when drained (nothing new is taken, what runs is finished) or aborted (what runs is killed, and its loss
    /// told if that takes no more than 2 s). Throws the <see cref="LinkException"/> by which the controller refused the
    /// agent.
    /// </summary>
    public async Task RunAsync(CancellationToken drain, CancellationToken abort)
    {
        using var down = CancellationTokenSource.CreateLinkedTokenSource(abort);
        using var giveUp = new CancellationTokenSource();
        await using var timer = _context.Time.CreateTimer(
            static source => ((CancellationTokenSource)source!).Cancel(), giveUp, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        await using var aborted = down.Token.Register(() => timer.Change(GiveUpAfter, Timeout.InfiniteTimeSpan));
        using var done = CancellationTokenSource.CreateLinkedTokenSource(down.Token);
        var tokens = new AgentTokens(down.Token, giveUp.Token);
        List<Task> beside = [GuardAsync(ListenAsync, down, done.Token)];
        await GuardAsync(token => TakeUpAsync(tokens, token), down, down.Token);
        // Before that nobody knows which workspaces are still worked in.
        beside.Add(GuardAsync(TidyAsync, down, done.Token));
        beside.Add(GuardAsync(_keeper.RunAsync, down, done.Token));
        await GuardAsync(token => ClaimAsync(tokens, drain, token), down, down.Token);
        _table.Close();
        await SlotsAsync();
        done.Cancel();
        await Task.WhenAll(beside);
        _failure?.Throw();
        if (!giveUp.IsCancellationRequested) await GiveBackAsync(giveUp.Token);
    }

    /// <summary>
    /// Renews first; what is still ours then goes on, if its runtime can take it up, and everything else is swept.
    /// </summary>
    private async Task TakeUpAsync(AgentTokens tokens, CancellationToken cancellationToken)
    {
        var keep = new List<ContainerSpec>();
        foreach (var folder in _context.Directory.Attempts())
        {
            var held = _table.Recover(folder.Record.Assignment, folder.Record.Slot, RemainingOf(folder.Record));
            if (held is null)
            {
                folder.LeaveWorkspace(succeeded: false);
                folder.Remove();
                continue;
            }

            if (folder.Finish is null) keep.Add(StepPreparation.SpecOf(folder));
            Start(held, folder, tokens);
        }

        foreach (var runtime in _context.Runtimes)
        {
            var adopts = runtime.Capabilities.HasFlag(RuntimeCapabilities.Adoption);
            await runtime.SweepAsync(adopts ? keep : [], cancellationToken);
        }

        await _keeper.RenewAsync(cancellationToken);
    }

    private async Task ClaimAsync(AgentTokens tokens, CancellationToken drain, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, drain);
        try
        {
            for (var failures = 0; !(_table.Draining && _table.IsEmpty);)
            {
                if (!_disk.HasRoom())
                {
                    await WaitForRoomAsync(either.Token);
                    continue;
                }

                if (_table.TryBeginClaim() is not { } ticket)
                {
                    await _table.Changed.WaitAsync(either.Token);
                    continue;
                }

                var claimed = await ClaimOnceAsync(ticket, tokens, either.Token);
                failures = claimed ? 0 : failures + 1;
                if (!claimed) await _nudged.WaitAsync(_jitter.Backoff(failures), either.Token);
            }
        }
        catch (OperationCanceledException) when (
            drain.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            Log.Draining(_log);
        }
    }

    // The controller is told at once, both when claims pause and when they go on.
    private async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        TidyOnce();
        _keeper.RenewSoon();
        while (!_disk.HasRoom()) await Task.Delay(LookForRoomEvery, _context.Time, cancellationToken);
        _keeper.RenewSoon();
    }

    private async Task<bool> ClaimOnceAsync(ClaimTicket ticket, AgentTokens tokens, CancellationToken cancellationToken)
    {
        var wait = (int)_context.Options.ClaimWait.TotalMilliseconds;
        var request =
            new ClaimRequest(ticket.Nonce, ticket.FreeSlots, wait) { Host = _context.Host, Runtimes = _runtimes };
        try
        {
            var response = await _context.Link.ClaimAsync(request, cancellationToken);
            foreach (var held in _table.TakeIn(ticket, response.Assignments)) Start(held, null, tokens);
            _table.Draining = response.Drain;
            return true;
        }
        catch (LinkException e) when (!e.Permanent)
        {
            Log.NotClaimed(_log, e.Message);
            _table.Abandon(ticket);
            return false;
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            try
            {
                var message = await _context.Link.ReceiveAsync(cancellationToken);
                failures = 0;
                Take(message);
            }
            catch (LinkException e) when (!e.Permanent)
            {
                await Task.Delay(_jitter.Backoff(++failures), _context.Time, cancellationToken);
            }
        }
    }

    private void Take(ChannelMessage message)
    {
        switch (message.Kind)
        {
            case ChannelMessageKind.Work:
                _nudged.Set();
                break;
            case ChannelMessageKind.Stop when message.Fence is { } fence:
                _table.Find(fence)?.RequestStop();
                break;
            case ChannelMessageKind.Renew:
                _keeper.RenewSoon();
                break;
            case ChannelMessageKind.Drain:
                _table.Draining = true;
                break;
        }
    }

    private async Task TidyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TidyOnce();
            await Task.Delay(TidyPeriod, _context.Time, cancellationToken);
        }
    }

    private void TidyOnce()
    {
        try
        {
            _context.Directory.Tidy();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotTidied(_log, e.Message);
        }
    }

    private void Start(HeldAttempt held, AttemptFolder? earlier, AgentTokens tokens)
    {
        lock (_lock)
        {
            _slots.RemoveAll(slot => slot.IsCompleted);
            _slots.Add(ExecuteAsync(held, earlier, tokens));
        }
    }

    // A chain of steps goes on in one loop, so that it may be as long as it likes.
    private async Task ExecuteAsync(HeldAttempt first, AttemptFolder? earlier, AgentTokens tokens)
    {
        await Task.Yield();
        for (var (held, folder) = ((HeldAttempt?)first, earlier); held is not null; folder = null)
        {
            var next = await _executor.ExecuteAsync(held, folder, tokens);
            foreach (var other in next.Skip(1)) Start(other, null, tokens);
            held = next.Count > 0 ? next[0] : null;
        }
    }

    private async Task SlotsAsync()
    {
        while (true)
        {
            Task[] slots;
            lock (_lock) slots = [.. _slots.Where(slot => !slot.IsCompleted)];
            if (slots.Length == 0) return;
            await Task.WhenAll(slots);
        }
    }

    // What a claim under way may still bring is not held, and this renewal says so. It also gives back an outcome that
    // was not delivered, so it is not for an agent that had to give up.
    private async Task GiveBackAsync(CancellationToken cancellationToken)
    {
        using var longest = new CancellationTokenSource(GiveUpAfter, _context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(longest.Token, cancellationToken);
        try
        {
            await _keeper.RenewOnceAsync(either.Token);
        }
        catch (Exception e) when (e is LinkException or OperationCanceledException)
        {
            Log.NotGivenBack(_log, e.Message);
        }
    }

    private TimeSpan RemainingOf(AttemptRecord record)
    {
        var last = _context.Directory.LastRenewal is { } renewal && renewal > record.Begun ? renewal : record.Begun;
        var term = record.Assignment.LeaseMilliseconds + record.Assignment.DisconnectMilliseconds;
        return last + TimeSpan.FromMilliseconds(term) - _context.Time.GetUtcNow();
    }

    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "thrown again when all has ended")]
    private async Task GuardAsync(
        Func<CancellationToken, Task> loop, CancellationTokenSource down, CancellationToken cancellationToken)
    {
        try
        {
            await loop(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // the agent goes down
        }
        catch (Exception e)
        {
            _failure ??= ExceptionDispatchInfo.Capture(e);
            down.Cancel();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Draining: what runs is finished, nothing new is taken")]
        public static partial void Draining(ILogger logger);

        [LoggerMessage(2, LogLevel.Debug, "Nothing could be claimed: {Reason}")]
        public static partial void NotClaimed(ILogger logger, string reason);

        [LoggerMessage(3, LogLevel.Warning, "Old workspaces and blobs could not be removed: {Reason}")]
        public static partial void NotTidied(ILogger logger, string reason);

        [LoggerMessage(4, LogLevel.Debug, "The controller could not be told goodbye: {Reason}")]
        public static partial void NotGivenBack(ILogger logger, string reason);
    }
}
