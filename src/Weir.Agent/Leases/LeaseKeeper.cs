using Microsoft.Extensions.Logging;
using Weir.Agent.Pacing;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Links;

namespace Weir.Agent.Leases;

/// <summary>
/// Renews all leases of the agent in one request, every period ± 20 % or when asked, and tells each attempt its
/// verdict. It also renews when nothing is held: that frees what this agent was given but does not know of.
/// </summary>
internal sealed partial class LeaseKeeper(AgentContext context, AttemptTable table, Jitter jitter)
{
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(100);
    private readonly Signal _soon = new(context.Time);
    private readonly ILogger _log = context.Loggers.CreateLogger<LeaseKeeper>();
    private TimeSpan _period = context.Options.RenewPeriod;

    public void RenewSoon() => _soon.Set();

    /// <summary>Ends by cancellation, or by a <see cref="LinkException"/> that is permanent.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _soon.WaitAsync(jitter.Spread(_period, 0.2), cancellationToken);
            await RenewAsync(cancellationToken);
        }
    }

    /// <summary>Renews until answered.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                await RenewOnceAsync(cancellationToken);
                return;
            }
            catch (Exception e) when (e is LinkException { Permanent: false } || IsTimeout(e, cancellationToken))
            {
                if (failures == 1) Log.NotRenewed(_log, e.Message);
                await Task.Delay(jitter.Backoff(failures), context.Time, cancellationToken);
            }
        }
    }

    /// <summary>Asks once, and no longer than a period: a lease must outlast a request or two that got lost.</summary>
    public async Task RenewOnceAsync(CancellationToken cancellationToken)
    {
        var (sent, instant) = (context.Time.GetTimestamp(), context.Time.GetUtcNow());
        using var patience = new CancellationTokenSource(_period, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var response = await context.Link.RenewAsync(table.Snapshot(), either.Token);
        foreach (var answer in response.Answers)
        {
            if (table.Find(answer.Fence) is { } held) Tell(held, answer.Verdict, sent);
        }

        table.Draining = response.Drain;
        var wanted = TimeSpan.FromMilliseconds(response.RenewMilliseconds);
        if (wanted > TimeSpan.Zero) _period = wanted > ShortestPeriod ? wanted : ShortestPeriod;
        Note(instant);
    }

    /// <summary>
    /// Waits until the attempt's lease was confirmed lately. A claim that was held open long, or asked again, may have
    /// brought a lease that is nearly over, and work that may never overlap must not begin on it.
    /// </summary>
    public async Task EnsureFreshAsync(HeldAttempt held, CancellationToken cancellationToken)
    {
        while (!held.IsFresh && !held.Lost.IsCancellationRequested)
        {
            RenewSoon();
            await held.WaitForVerdictAsync(cancellationToken);
        }
    }

    private static bool IsTimeout(Exception exception, CancellationToken cancellationToken) =>
        exception is OperationCanceledException && !cancellationToken.IsCancellationRequested;

    private void Note(DateTimeOffset instant)
    {
        try
        {
            context.Directory.LastRenewal = instant;
        }
        catch (IOException e)
        {
            Log.NotNoted(_log, e.Message);
        }
    }

    private void Tell(HeldAttempt held, LeaseVerdict verdict, long sent)
    {
        switch (verdict)
        {
            case LeaseVerdict.Held:
                held.Prolong(sent);
                break;
            case LeaseVerdict.Stop:
                held.Prolong(sent);
                held.RequestStop();
                break;
            default:
                Log.LeaseLost(_log, held.Fence);
                held.Lose();
                break;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Leases could not be renewed: {Reason}")]
        public static partial void NotRenewed(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Warning, "The lease of {Fence} was lost")]
        public static partial void LeaseLost(ILogger logger, AttemptFence fence);

        [LoggerMessage(3, LogLevel.Warning, "The time of the renewal could not be noted: {Reason}")]
        public static partial void NotNoted(ILogger logger, string reason);
    }
}
