using System.Diagnostics.CodeAnalysis;
using Weir.Agent.Folders;
using Weir.Agent.Leases;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Links;
using Weir.Engine.Runtimes;

namespace Weir.Agent.Steps;

/// <summary>What ends an agent's work: kill it, and a little later stop telling of it.</summary>
internal readonly record struct AgentTokens(CancellationToken Abort, CancellationToken GiveUp);

/// <summary>One attempt from its workspace to its outcome.</summary>
internal sealed class StepRun(
    AgentContext context, HeldAttempt held, AttemptFolder folder, ProgressFeed feed, BlobExchange blobs)
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestLimit = TimeSpan.FromDays(40);
    private static readonly TimeSpan KeepLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(30);

    private StepWork Work => held.Assignment.Work;

    private TimeSpan Limit => Work.TimeoutMilliseconds <= 0 ? DefaultLimit
        : Work.TimeoutMilliseconds >= LongestLimit.TotalMilliseconds ? LongestLimit
        : TimeSpan.FromMilliseconds(Work.TimeoutMilliseconds);

    /// <summary>Prepares and executes the step. Null when it was lost on the way: there is nothing to tell.</summary>
    public Task<AttemptOutcome?> RunAsync(IContainerRuntime runtime, AgentTokens tokens) => GuardAsync(
        async working =>
        {
            using var slow = new CancellationTokenSource(Limit, context.Time);
            using var preparing = CancellationTokenSource.CreateLinkedTokenSource(working, slow.Token);
            try
            {
                feed.Masks.Open();
                var exchange = new StepExchange(blobs, feed.Tell) { Login = feed.Masks.Login };
                var container = await StepPreparation.PrepareAsync(folder, runtime, exchange, preparing.Token);
                return await ExecuteAsync(container, Limit, opened: false, tokens, working);
            }
            catch (OperationCanceledException) when (slow.IsCancellationRequested && !working.IsCancellationRequested)
            {
                return StepEnd.Failed(
                    ReasonCode.Infrastructure, "the step could not be prepared within its own time limit");
            }
        },
        tokens);

    /// <summary>Takes up a step of an earlier life of this agent, if it still runs and is still ours.</summary>
    public Task<AttemptOutcome?> ResumeAsync(IContainerRuntime runtime, AgentTokens tokens) => GuardAsync(
        async working =>
        {
            var container = await runtime.AdoptAsync(StepPreparation.SpecOf(folder), working);
            if (container is null || !folder.Opened || !folder.HasWorkspace)
            {
                // The gate may have been opened by a life that died before it had noted so.
                if (container is not null) await container.DisposeAsync();
                return StepEnd.Failed(ReasonCode.Infrastructure, container is null || !folder.Opened
                    ? "the agent restarted, and the step ended with it"
                    : "the agent restarted, and the step's workspace was no longer mounted");
            }

            feed.Masks.Open();
            folder.Spool.Clear();
            feed.Begin();
            var rest = Limit - (context.Time.GetUtcNow() - folder.Record.Begun);
            rest = TimeSpan.FromTicks(Math.Clamp(rest.Ticks, TimeSpan.TicksPerMillisecond, Limit.Ticks));
            return await ExecuteAsync(container, rest, opened: true, tokens, working);
        },
        tokens);

    // The one boundary of an attempt: whatever goes wrong in it becomes its outcome.
    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "an attempt must end in an outcome")]
    private async Task<AttemptOutcome?> GuardAsync(
        Func<CancellationToken, Task<AttemptOutcome?>> work, AgentTokens tokens)
    {
        using var working = CancellationTokenSource.CreateLinkedTokenSource(held.Lost, held.Stop, tokens.Abort);
        try
        {
            return await work(working.Token);
        }
        catch (OperationCanceledException) when (working.IsCancellationRequested)
        {
            return held.Lost.IsCancellationRequested
                ? null
                : new StepEnd(WhyEnded(tokens, CancellationToken.None)).Judge(Limit, StepHarvest.Nothing);
        }
        catch (StepException e)
        {
            return StepEnd.Failed(e.Reason, e.Message);
        }
        catch (RuntimeException e)
        {
            return StepEnd.Failed(e.UserFault ? ReasonCode.Exit : ReasonCode.Infrastructure, e.Message);
        }
        catch (LinkException e)
        {
            return StepEnd.Failed(
                ReasonCode.Infrastructure, $"files could not be exchanged with the controller: {e.Message}");
        }
        catch (Exception e)
        {
            return StepEnd.Failed(ReasonCode.Infrastructure, $"the agent failed: {e.Message}");
        }
    }

    private async Task<AttemptOutcome?> ExecuteAsync(
        IStepContainer container, TimeSpan limit, bool opened, AgentTokens tokens, CancellationToken working)
    {
        StepEnd end;
        await using (container)
        {
            feed.Image = container.Image;
            if (!opened)
            {
                var env = StepEnvironment.Of(folder, container, feed.Masks.Open());
                feed.Begin();
                await container.OpenGateAsync(new GateScript(Work.Commands, env), working);
                folder.Opened = true;
            }

            end = await FollowAsync(container, limit, tokens);
        }

        if (end.Cause == EndCause.Lost) return null;
        var harvest = end.LeavesSomething ? await StepHarvest.CollectAsync(folder, blobs, working)
            : StepHarvest.Nothing;
        var outcome = end.Judge(limit, harvest);
        return outcome.Status == RunStatus.Success || end.Cause == EndCause.Aborted
            ? outcome
            : outcome with { SourceDigest = await KeepSourceAsync() };
    }

    // The controller waits only so long for the end of an attempt whose time is over.
    private async Task<string?> KeepSourceAsync()
    {
        using var longest = new CancellationTokenSource(KeepLimit, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(longest.Token, feed.Sending);
        try
        {
            return await StepHarvest.KeepSourceAsync(folder, blobs, either.Token);
        }
        catch (OperationCanceledException) when (longest.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<StepEnd> FollowAsync(IStepContainer container, TimeSpan limit, AgentTokens tokens)
    {
        using var broken = new CancellationTokenSource();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(feed.Sending);
        var disk = new StepDisk(container, Work.Limits.DiskBytes, context.Time);
        var watching = disk.WatchAsync(broken.Cancel, over.Token);
        var reporting = feed.ReportAsync(over.Token);
        var pumping = PumpAsync(container, broken);
        var end = await WaitForEndAsync(container, limit, tokens, broken.Token);
        feed.EndReports();
        over.Cancel();
        if (end.Cause != EndCause.Exited) await KillAsync(container, end.Cause);
        var problem = await pumping;
        await reporting;
        await watching;
        feed.EndCommands(end.Exit?.ExitCode);
        if (problem is not null) return new StepEnd(EndCause.Broken) { Problem = problem };
        if (end.LeavesSomething) await disk.LookAsync(feed.Sending);
        if (disk.Problem is not null && end.Cause is (EndCause.Exited or EndCause.Broken))
            return end with { Cause = EndCause.OverDisk, Problem = disk.Problem };
        return end.LeavesSomething ? await ReadOutputsAsync(container, end, feed.Sending) : end;
    }

    private async Task<string?> PumpAsync(IStepContainer container, CancellationTokenSource broken)
    {
        try
        {
            await feed.PumpAsync(container);
            return null;
        }
        catch (OperationCanceledException) when (feed.Sending.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or RuntimeException)
        {
            broken.Cancel();
            return $"the step's output could not be kept: {e.Message}";
        }
    }

    private async Task<StepEnd> WaitForEndAsync(
        IStepContainer container, TimeSpan limit, AgentTokens tokens, CancellationToken broken)
    {
        using var timeout = new CancellationTokenSource(limit, context.Time);
        using var first = CancellationTokenSource.CreateLinkedTokenSource(held.Lost, held.Stop, tokens.Abort);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(first.Token, timeout.Token, broken);
        try
        {
            return new StepEnd(EndCause.Exited) { Exit = await container.WaitAsync(any.Token) };
        }
        catch (OperationCanceledException) when (any.IsCancellationRequested)
        {
            return new StepEnd(WhyEnded(tokens, broken));
        }
        catch (RuntimeException e)
        {
            return new StepEnd(EndCause.Broken) { Problem = e.Message };
        }
    }

    private EndCause WhyEnded(AgentTokens tokens, CancellationToken broken) =>
        held.Lost.IsCancellationRequested ? EndCause.Lost
        : broken.IsCancellationRequested ? EndCause.Broken
        : held.Stop.IsCancellationRequested ? EndCause.Stopped
        : tokens.Abort.IsCancellationRequested ? EndCause.Aborted
        : EndCause.TimedOut;

    private async Task KillAsync(IStepContainer container, EndCause cause)
    {
        var grace = cause is EndCause.Stopped or EndCause.TimedOut
            ? TimeSpan.FromMilliseconds(Work.KillGraceMilliseconds)
            : TimeSpan.Zero;
        if (grace > TimeSpan.Zero && await TryKillAsync(container, grace, held.Lost)) return;
        await TryKillAsync(container, TimeSpan.Zero, CancellationToken.None);
    }

    // Whatever is left after that is ended by the container's disposal.
    private async Task<bool> TryKillAsync(IStepContainer container, TimeSpan grace, CancellationToken hurry)
    {
        using var longest = new CancellationTokenSource(grace + KillLimit, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(longest.Token, hurry);
        try
        {
            await container.KillAsync(grace, either.Token);
            return true;
        }
        catch (Exception e) when (
            e is RuntimeException || (e is OperationCanceledException && either.IsCancellationRequested))
        {
            return false;
        }
    }

    private async Task<StepEnd> ReadOutputsAsync(
        IStepContainer container, StepEnd end, CancellationToken cancellationToken)
    {
        try
        {
            var content = await container.ReadOutputFileAsync(OutputLines.MaxBytes, cancellationToken);
            var outputs = OutputLines.Parse(content, Work.Outputs);
            return end with
            {
                Outputs = outputs,
                Problem = outputs.Problems.Count > 0 ? string.Join("; ", outputs.Problems) : null,
            };
        }
        catch (RuntimeException e) when (e.UserFault)
        {
            return end with { Problem = $"outputs: {e.Message}" };
        }
    }
}
