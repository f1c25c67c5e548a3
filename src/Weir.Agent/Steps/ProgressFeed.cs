using Weir.Agent.Folders;
using Weir.Agent.Leases;
using Weir.Agent.Logs;
using Weir.Agent.Pacing;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Runtimes;

namespace Weir.Agent.Steps;

/// <summary>
/// A step's output and commands from its container to the spool and to the controller, while it runs.
/// </summary>
internal sealed class ProgressFeed
{
    private readonly LogShipper _shipper;
    private readonly ProgressReporter _reporter;
    private readonly LogSpool _spool;
    private readonly MaskedSpool _masked;
    private Task? _shipping;

    /// <param name="sending">Ends everything that is sent for the attempt.</param>
    public ProgressFeed(
        AgentContext context, HeldAttempt held, AttemptFolder folder, Jitter jitter, CancellationToken sending)
    {
        Sending = sending;
        _spool = folder.Spool;
        _masked = new MaskedSpool(_spool);
        Masks = new StepMasks(context, held, folder, jitter);
        Commands = new CommandLog(folder.Record.Assignment.Work.Commands, context.Time);
        _shipper = new LogShipper(context, held, (_spool, Masks.TellAsync), jitter);
        _reporter = new ProgressReporter(context, held, folder.Record.Runtime, Commands, jitter);
    }

    public CommandLog Commands { get; }

    public StepMasks Masks { get; }

    /// <summary>What the step runs in, once that is known.</summary>
    public string? Image
    {
        get => _reporter.Image;
        set => _reporter.Image = value;
    }

    public CancellationToken Sending { get; }

    /// <summary>Called once, when the first command has begun.</summary>
    public required Action Begun { get; init; }

    /// <summary>Tells what the step waits for before its first command.</summary>
    public void Tell(string text) => _reporter.Tell(text, Sending);

    /// <summary>Begins to send the log: the step is about to write.</summary>
    public void Begin() => _shipping ??= _shipper.RunAsync(Sending);

    /// <summary>Tells of the commands until cancelled.</summary>
    public async Task ReportAsync(CancellationToken cancellationToken)
    {
        _reporter.Changed();
        try
        {
            await _reporter.RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // the step is over, and its finish tells the rest
        }
    }

    /// <summary>The step is over: its finish tells the rest.</summary>
    public void EndReports() => _reporter.End();

    /// <summary>Takes in all output until both streams have ended.</summary>
    public async Task PumpAsync(IStepContainer container)
    {
        while (await container.ReadAsync(Sending) is { } chunk)
        {
            if (chunk.Marker is { } marker)
            {
                if (Commands.Current < 0) Begun();
                Commands.Mark(marker, _masked.Stdout, _masked.Stderr);
                _reporter.Changed();
                continue;
            }

            await _shipper.WaitForRoomAsync(Sending);
            // What the step had told before it wrote these bytes is in the file by now.
            Masks.Refresh(container);
            _masked.Append(Masks.Current, chunk.Stream, Commands.Current, chunk.Bytes.Span);
            _shipper.Grown();
        }

        _masked.Finish(Masks.Current);
        _shipper.Grown();
    }

    /// <summary>The step is over, and the command that was still running with it.</summary>
    public void EndCommands(int? exitCode) => Commands.Close(exitCode, _masked.Stdout, _masked.Stderr);

    /// <summary>Returns when all but the tail, which it answers, is durable at the controller.</summary>
    public async Task<IReadOnlyList<LogPiece>> EndAsync()
    {
        Begin();
        _shipper.Complete();
        await _shipping!;
        await Masks.TellAsync(Sending);
        return _shipper.Tail();
    }

    /// <summary>Waits for the sending to have ended by cancellation.</summary>
    public async Task AbandonAsync()
    {
        _shipper.Complete();
        try
        {
            await (_shipping ?? Task.CompletedTask);
        }
        catch (OperationCanceledException)
        {
            // that is how it ends
        }
    }
}
