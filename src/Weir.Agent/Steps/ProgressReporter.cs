using Weir.Agent.Leases;
using Weir.Agent.Pacing;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Links;

namespace Weir.Agent.Steps;

/// <summary>
/// Tells the controller that the step runs and where its commands are, a little later than it happens: what begins and
/// ends within 50 ms is told once, and a step that is over by then tells everything with its finish.
/// </summary>
internal sealed class ProgressReporter(
    AgentContext context, HeldAttempt held, string runtime, CommandLog commands, Jitter jitter)
{
    private static readonly TimeSpan Coalesce = TimeSpan.FromMilliseconds(50);
    private readonly Signal _changed = new(context.Time);
    private volatile bool _over;
    private int _telling;

    public string? Image { get; set; }

    /// <summary>Says what takes long before the first command; not while the last such report is under way.</summary>
    public void Tell(string text, CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _telling, 1, 0) == 0) _ = TellAsync(text, cancellationToken);
    }

    public void Changed() => _changed.Set();

    /// <summary>Nothing more is to be told. Spares most steps the price of a cancellation.</summary>
    public void End()
    {
        _over = true;
        _changed.Set();
    }

    /// <summary>Runs until ended or cancelled, or until the controller takes nothing more.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!_over)
        {
            await _changed.WaitAsync(cancellationToken);
            var since = context.Time.GetTimestamp();
            while (!_over && context.Time.GetElapsedTime(since) < Coalesce)
            {
                await _changed.WaitAsync(Coalesce - context.Time.GetElapsedTime(since), cancellationToken);
            }

            if (!_over && !await SendAsync(cancellationToken)) return;
        }
    }

    // It is only for people: whether the attempt is still ours, a renewal tells, and a finish may be on its way.
    private async Task TellAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            var request = new ReportRequest(held.Fence) { Runtime = runtime, Preparing = text };
            var answer = await context.Link.ReportAsync(request, cancellationToken);
            if (answer.Stop) held.RequestStop();
        }
        catch (Exception e) when (e is LinkException or OperationCanceledException)
        {
            // the next one, or the first command, tells more
        }
        finally
        {
            Volatile.Write(ref _telling, 0);
        }
    }

    private async Task<bool> SendAsync(CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                var request = new ReportRequest(held.Fence)
                {
                    Runtime = runtime, Image = Image, Commands = commands.Records,
                };
                var answer = await context.Link.ReportAsync(request, cancellationToken);
                if (answer.Verdict == WriteVerdict.Fenced) held.Lose();
                else if (answer.Stop) held.RequestStop();
                return answer.Verdict == WriteVerdict.Accepted;
            }
            catch (LinkException e) when (!e.Permanent)
            {
                await Task.Delay(jitter.Backoff(failures), context.Time, cancellationToken);
            }
            catch (LinkException)
            {
                // refused for good: the finish, which tells the same, will say why
                return false;
            }
        }
    }
}
