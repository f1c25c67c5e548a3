using System.Buffers;
using Microsoft.Extensions.Logging;
using Weir.Agent.Leases;
using Weir.Agent.Pacing;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Links;

namespace Weir.Agent.Logs;

/// <summary>
/// Sends an attempt's log while it grows: nothing in the first 100 ms, as the finish of a short step carries it all;
/// then at once when it has been quiet, else every 100 ms or 256 KiB. While more than that waits, a few sendings are
/// under way at once. Goes on from where the controller says it has it.
/// </summary>
internal sealed partial class LogShipper(
    AgentContext context, HeldAttempt held, (LogSpool Spool, Func<CancellationToken, ValueTask> First) source,
    Jitter jitter)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    private const int Hurry = 256 * 1024;
    private const int MostAtOnce = 3;
    private readonly LogSpool _spool = source.Spool;
    private readonly Signal _grown = new(context.Time);
    private readonly Signal _shrunk = new(context.Time);
    private readonly ILogger _log = context.Loggers.CreateLogger<LogShipper>();
    private volatile bool _complete;
    private long _stdoutThrough;
    private long _stderrThrough;
    private long _heldBackAt = -1;
    private int _failures;

    /// <summary>To be called after each append.</summary>
    public void Grown() => _grown.Set();

    /// <summary>The step writes no more: send what does not fit into the finish, and end.</summary>
    public void Complete()
    {
        _complete = true;
        _grown.Set();
    }

    /// <summary>Holds the step's output up while the spool is full.</summary>
    public async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (_spool.Unsent >= context.Options.SpoolBytes) await _shrunk.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Returns when complete and all but the tail is durable at the controller, or when it takes no more.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var started = context.Time.GetTimestamp();
        while (!_complete && _spool.Unsent < Hurry && context.Time.GetElapsedTime(started) < Pace)
        {
            await _grown.WaitAsync(Pace - context.Time.GetElapsedTime(started), cancellationToken);
        }

        while (!_complete || _spool.Unsent > LogSpool.HeadBytes)
        {
            if (_spool.Unsent == 0) await _grown.WaitAsync(cancellationToken);
            else if (!await SendAsync(cancellationToken)) return;
            else await RestAsync(cancellationToken);
        }
    }

    /// <summary>What travels with the finish; only after <see cref="RunAsync"/> has returned.</summary>
    public IReadOnlyList<LogPiece> Tail() => _spool.Unsent == 0 ? [] : _spool.Read(new byte[2 * LogSpool.HeadBytes]);

    private async Task RestAsync(CancellationToken cancellationToken)
    {
        var sent = context.Time.GetTimestamp();
        var rest = _failures > 0 ? jitter.Backoff(_failures) : Pace;
        while (context.Time.GetElapsedTime(sent) < rest)
        {
            if (_failures == 0 && (_complete || _spool.Unsent >= Hurry)) return;
            await _grown.WaitAsync(rest - context.Time.GetElapsedTime(sent), cancellationToken);
        }

        // The controller holds a tail back while a secret might go on in the next bytes: nothing to do before they
        // come.
        if (_heldBackAt == _spool.Stdout + _spool.Stderr && !_complete) await _grown.WaitAsync(Idle, cancellationToken);
    }

    /// <summary>Sends from the oldest byte on; false when the controller takes no more.</summary>
    private async Task<bool> SendAsync(CancellationToken cancellationToken)
    {
        Spill();
        var sending = new Queue<Task<Sending>>();
        sending.Enqueue(SendWindowAsync(_spool.Read, cancellationToken));
        var worst = Sending.Whole;
        while (sending.Count > 0)
        {
            while (worst == Sending.Whole && sending.Count < MostAtOnce && _spool.Unread >= Hurry)
                sending.Enqueue(SendWindowAsync(_spool.ReadOn, cancellationToken));
            var one = await sending.Dequeue();
            if (one > worst) worst = one;
        }

        return worst != Sending.Refused;
    }

    private async Task<Sending> SendWindowAsync(
        Func<Memory<byte>, IReadOnlyList<LogPiece>> read, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LogFrames.MaxBytes);
        try
        {
            var pieces = read(buffer.AsMemory(0, LogFrames.MaxBytes));
            var result = pieces.Count == 0 ? Sending.Whole : await AppendAsync(pieces, cancellationToken);
            if (result == Sending.Refused) return result;
            _spool.Release(_stdoutThrough, _stderrThrough);
            _shrunk.Set();
            return result;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Spill()
    {
        try
        {
            _spool.Spill();
        }
        catch (IOException e)
        {
            // the little that is in memory can be sent from there
            Log.NotSpilled(_log, held.Fence, e.Message);
        }
    }

    private async Task<Sending> AppendAsync(IReadOnlyList<LogPiece> pieces, CancellationToken cancellationToken)
    {
        var written = _spool.Stdout + _spool.Stderr;
        try
        {
            // what is secret in these bytes was told before they were read
            await source.First(cancellationToken);
            var answer = await context.Link.AppendLogAsync(held.Fence, pieces, cancellationToken);
            if (answer.Verdict == WriteVerdict.Fenced)
            {
                held.Lose();
                return Sending.Refused;
            }

            var moved = answer.StdoutThrough > _stdoutThrough || answer.StderrThrough > _stderrThrough;
            _stdoutThrough = Math.Max(_stdoutThrough, answer.StdoutThrough);
            _stderrThrough = Math.Max(_stderrThrough, answer.StderrThrough);
            var small = _spool.Unsent <= LogSpool.HeadBytes;
            _failures = moved || small ? 0 : _failures + 1;
            _heldBackAt = moved || !small ? -1 : written;
            return IsTaken(pieces) ? Sending.Whole : Sending.Short;
        }
        catch (LinkException e) when (!e.Permanent)
        {
            if (_failures++ == 0) Log.NotSent(_log, held.Fence, e.Message);
            return Sending.Short;
        }
        catch (LinkException e)
        {
            Log.Refused(_log, held.Fence, e.Message);
            _spool.Refuse();
            _shrunk.Set();
            return Sending.Refused;
        }
    }

    private bool IsTaken(IReadOnlyList<LogPiece> pieces) => pieces.All(piece =>
        piece.Offset + piece.Bytes.Length <= (piece.Stream == LogStream.Stdout ? _stdoutThrough : _stderrThrough));

    /// <summary>How a sending ended, from best to worst.</summary>
    private enum Sending
    {
        Whole,

        /// <summary>Not all was taken: what is left is sent again, from the oldest byte on.</summary>
        Short,

        /// <summary>The controller takes no more.</summary>
        Refused,
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Log of {Fence} could not be sent, it is kept on disk: {Reason}")]
        public static partial void NotSent(ILogger logger, AttemptFence fence, string reason);

        [LoggerMessage(2, LogLevel.Error, "The controller takes no log of {Fence}: {Reason}")]
        public static partial void Refused(ILogger logger, AttemptFence fence, string reason);

        [LoggerMessage(3, LogLevel.Warning, "Log of {Fence} could not be kept on disk: {Reason}")]
        public static partial void NotSpilled(ILogger logger, AttemptFence fence, string reason);
    }
}
