using System.Threading.Channels;
using Weir.Cli.Connecting;
using Weir.Cli.Output;
using Weir.Contracts.Client;
using Weir.Contracts.Json;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;

namespace Weir.Cli.Following;

/// <summary>
/// Follows a run to its end. The watch and the logs of the steps are read side by side and meet in one queue, so that
/// one
/// place alone writes to the terminal.
/// </summary>
internal sealed class RunFollower(ControllerCall call, FollowView view) : IDisposable
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(30);
    private readonly Channel<Action> _queue = Channel.CreateBounded<Action>(
        new BoundedChannelOptions(1024) { SingleReader = true });
    private readonly LiveRegion _region = new(call.Host);
    private readonly RunChanges _changes = new(call.Palette);
    private readonly SemaphoreSlim _connections = new(32);
    private readonly Dictionary<string, Task> _logs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);

    // how a step ended is told below the last line of its log
    private readonly Dictionary<string, string> _held = new(StringComparer.Ordinal);
    private StepPrefixes _prefixes = null!;
    private RunView _run = null!;

    private bool Shows => !view.Quiet && call.Printer.ForPeople;

    /// <summary>The run as it ended. After <paramref name="limit"/> it gives up with exit code 7; the run itself goes
    /// on.</summary>
    public static async Task<RunView> FollowAsync(
        ControllerCall call, RunView run, FollowView view, TimeSpan? limit, CancellationToken cancellationToken)
    {
        using var follower = new RunFollower(call, view);
        return await follower.FollowAsync(run, limit, cancellationToken);
    }

    public void Dispose() => _connections.Dispose();

    private async Task<RunView> FollowAsync(RunView run, TimeSpan? limit, CancellationToken cancellationToken)
    {
        _run = run;
        _prefixes = new StepPrefixes(run, call.Palette);
        using var late = new CancellationTokenSource(limit ?? Timeout.InfiniteTimeSpan, call.Host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            if (Shows) call.Host.Error.WriteLine($"{run.Handle} ({run.Id})");
            var reading = ReadAsync(either.Token);
            await foreach (var happened in _queue.Reader.ReadAllAsync(either.Token)) happened();
            await reading;
        }
        catch (OperationCanceledException) when (
            late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.TimedOut, $"{run.Handle} is still {Words.Of(_run.Status)}; it goes on");
        }
        catch (OperationCanceledException)
        {
            _region.Clear();
            if (!view.IsOwn)
                call.Host.Error.WriteLine($"{run.Handle} goes on; `weir run cancel '{run.Handle}'` stops it");
            throw;
        }
        finally
        {
            _region.Clear();
        }

        Conclude();
        return _run;
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var redrawing = _region.IsLive && Shows ? RedrawAsync(ended.Token) : Task.CompletedTask;
        Exception? failure = null;
        try
        {
            await WatchAsync(cancellationToken);
            await Task.WhenAll(_logs.Values).WaitAsync(LastWords, call.Host.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            _queue.Writer.TryWrite(() => _region.Pass("weir: the run has ended, the end of its logs did not come"));
        }
        catch (Exception broken) when (broken is HttpRequestException or WeirApiException or OperationCanceledException)
        {
            failure = broken;
        }

        await ended.CancelAsync();
        await redrawing;
        _queue.Writer.Complete(failure);
        if (failure is OperationCanceledException) throw failure;
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        await foreach (var now in call.Client.Runs.WatchAsync(_run.Id, cancellationToken))
        {
            if (view.Logs && Shows) StartLogs(now, cancellationToken);
            await _queue.Writer.WriteAsync(() => Take(now), cancellationToken);
            if (now.Status.IsFinal()) return;
        }

        // a stream that ends without the final view: the last word is the run itself
        var last = await call.Client.Runs.GetAsync(_run.Id, cancellationToken);
        await _queue.Writer.WriteAsync(() => Take(last), cancellationToken);
    }

    private void StartLogs(RunView now, CancellationToken cancellationToken)
    {
        foreach (var step in now.Steps ?? [])
        {
            var isNew = step.Round == now.Round && step.Attempts.Count > step.EarlierAttempts;
            if (isNew && !_logs.ContainsKey(step.Name))
                _logs.Add(step.Name, FollowLogAsync(step.Name, cancellationToken));
        }
    }

    private async Task FollowLogAsync(string step, CancellationToken cancellationToken)
    {
        await _connections.WaitAsync(cancellationToken);
        var lines = new Dictionary<LogStreamOf, LineSplitter>();
        try
        {
            await _queue.Writer.WriteAsync(() => _open.Add(step), cancellationToken);
            await foreach (var chunk in call.Client.Logs.FollowAsync(_run.Id, step, view.Query, cancellationToken))
                await _queue.Writer.WriteAsync(() => Take(step, chunk, lines), cancellationToken);
        }
        catch (WeirApiException refusal)
        {
            await _queue.Writer.WriteAsync(() => _region.Pass($"{step}: no log: {refusal.Message}"), cancellationToken);
        }
        finally
        {
            _connections.Release();
        }

        await _queue.Writer.WriteAsync(() => End(step, lines), cancellationToken);
    }

    private async Task RedrawAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Redraw, call.Host.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken)) _queue.Writer.TryWrite(Draw);
        }
        catch (OperationCanceledException)
        {
            // the run ended, or nobody looks any more
        }
    }

    private void Take(RunView now)
    {
        _run = now;
        if (call.Format == OutputFormat.Ndjson && !view.Quiet) call.Printer.WriteLine(now, WeirJson.Default.RunView);
        if (!Shows) return;
        foreach (var change in _changes.Next(now, call.Now))
        {
            if (_region.IsLive) continue;
            if (change.Step.Status.IsFinal() && _open.Contains(change.Step.Name)) _held[change.Step.Name] = change.Line;
            else _region.Pass(change.Line);
        }

        Draw();
    }

    private void Take(string step, LogChunk chunk, Dictionary<LogStreamOf, LineSplitter> lines)
    {
        var key = new LogStreamOf(chunk.Attempt, chunk.Stream);
        if (!lines.TryGetValue(key, out var splitter))
        {
            splitter = new LineSplitter(line => _region.Pass(_prefixes.Before(step) + line));
            lines.Add(key, splitter);
        }

        splitter.Add(chunk.Bytes.Span);
    }

    private void End(string step, Dictionary<LogStreamOf, LineSplitter> lines)
    {
        foreach (var splitter in lines.Values) splitter.End();
        _open.Remove(step);
        if (_held.Remove(step, out var ending)) _region.Pass(ending);
    }

    private void Draw() => _region.Show(RunReport.Live(_run, call.Palette, call.Now, call.Host.Height() - 1));

    private void Conclude()
    {
        if (Shows)
            call.Printer.Lines(["", .. RunReport.Steps(_run, call.Palette, call.Now), "", Head()]);
        else if (call.Printer.ForPeople) call.Printer.Lines([Head()]);
        else if (call.Format != OutputFormat.Ndjson || view.Quiet)
            call.Printer.Write(_run, WeirJson.Default.RunView, _ => []);
    }

    private string Head() => RunReport.Head(_run, call.Palette, call.Now);

    private readonly record struct LogStreamOf(int Attempt, Contracts.AgentProtocol.LogStream Stream);
}
