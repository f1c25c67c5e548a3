using System.Globalization;
using Microsoft.Extensions.Logging;
using Weir.Engine.Storage;

namespace Weir.Engine.Scheduling;

/// <summary>
/// Which of several controllers looks after deadlines and lost agents. Its term is the version of one document; while
/// it leads it changes another every second. Whoever sees neither change for <see cref="Lapse"/>, by its own clock
/// alone, writes the first: the term rises, and every write of the leader before it, which rests on its own term, is
/// refused from that commit on. A leader that could not tell of itself for a while stops by itself before others take
/// over.
/// </summary>
public sealed partial class Leadership
{
    public const string TermKey = "leader/term";
    private const string BeatKey = "leader/beat";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lapse = TimeSpan.FromSeconds(3.5);

    /// <summary>Shorter than <see cref="Lapse"/>, as clocks may run apart.</summary>
    private static readonly TimeSpan Valid = TimeSpan.FromSeconds(3);
    private readonly ControllerStores _stores;
    private readonly CoreSources _sources;
    private readonly ILogger _log;
    private (long Term, long Beat) _seen;
    private long _seenAt;
    private long _beat;
    private Held? _held;

    public Leadership(ControllerStores stores, CoreSources sources)
    {
        _stores = stores;
        _sources = sources;
        _log = sources.Logs.CreateLogger<Leadership>();
    }

    /// <summary>The term that this controller may act in; null when it does not lead.</summary>
    public LeaderTerm? Current => _sources.Controller is null
        ? new LeaderTerm(0)
        : _held is { } held && Time.GetElapsedTime(held.Told) < Valid ? held.Term : null;

    private TimeProvider Time => _sources.Time;

    /// <summary>Tries to lead until it is cancelled, and then lets another one do so at once.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_sources.Controller is null) return;
        using var timer = new PeriodicTimer(Look, Time);
        _seenAt = Time.GetTimestamp();
        try
        {
            do
            {
                await TryOnceAsync(cancellationToken);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await ResignAsync();
        }
    }

    private async Task TryOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_held is null) await StandAsync(cancellationToken);
            else if (Time.GetElapsedTime(_held.Told) >= Beat) await TellAsync(_held, cancellationToken);
        }
        catch (StoreUnavailableException unavailable)
        {
            Log.StoreUnavailable(_log, unavailable);
        }
    }

    /// <summary>Takes over from a leader that has not been heard of, or that resigned.</summary>
    private async Task StandAsync(CancellationToken cancellationToken)
    {
        var began = Time.GetTimestamp();
        var term = await _stores.Documents.GetAsync(TermKey, cancellationToken);
        var beat = await _stores.Documents.GetAsync(BeatKey, cancellationToken);
        var seen = (term?.Version ?? 0, beat?.Version ?? 0);
        if (seen != _seen) (_seen, _seenAt) = (seen, began);
        var isVacant = term is null or { Json: "\"\"" };
        if (!isVacant && Time.GetElapsedTime(_seenAt) < Lapse) return;
        var took = new DocumentWrite(TermKey, seen.Item1, $"\"{_sources.Controller}\"");
        var outcome = await _stores.Records.CommitAsync(new Commit { Documents = [took] }, cancellationToken);
        if (outcome is not CommitOutcome.Committed) return;
        _beat = seen.Item2;
        _held = new Held(new LeaderTerm(seen.Item1 + 1), began);
        Log.Leads(_log, seen.Item1 + 1);
    }

    private async Task TellAsync(Held held, CancellationToken cancellationToken)
    {
        var began = Time.GetTimestamp();
        var told = new DocumentWrite(BeatKey, _beat, began.ToString(CultureInfo.InvariantCulture));
        try
        {
            var outcome = await _stores.Records.CommitAsync(
                new Commit { Unchanged = held.Term.Guards, Documents = [told] }, cancellationToken);
            if (outcome is CommitOutcome.Committed)
            {
                _beat++;
                _held = held with { Told = began };
                return;
            }
        }
        catch (StoreUnavailableException)
        {
            // Perhaps it was told: then the next time must go on from there.
            if (Time.GetElapsedTime(held.Told) >= Valid) _held = null;
            _beat = (await _stores.Documents.GetAsync(BeatKey, cancellationToken))?.Version ?? 0;
            throw;
        }

        _held = null;
        Log.LeadsNoMore(_log, held.Term.Number);
    }

    private async Task ResignAsync()
    {
        if (_held is not { } held) return;
        _held = null;
        try
        {
            var vacant = new DocumentWrite(TermKey, held.Term.Number, "\"\"");
            await _stores.Records.CommitAsync(new Commit { Documents = [vacant] }, CancellationToken.None);
        }
        catch (StoreUnavailableException unavailable)
        {
            Log.StoreUnavailable(_log, unavailable);
        }
    }

    private sealed record Held(LeaderTerm Term, long Told);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "this controller leads, term {Term}")]
        public static partial void Leads(ILogger logger, long term);

        [LoggerMessage(Level = LogLevel.Information, Message = "another controller leads: term {Term} is over")]
        public static partial void LeadsNoMore(ILogger logger, long term);

        [LoggerMessage(Level = LogLevel.Warning, Message = "the store did not answer; who leads is looked at again shortly")]
        public static partial void StoreUnavailable(ILogger logger, Exception exception);
    }
}

/// <summary>A leader's term; 0 when there is only one controller, which always leads.</summary>
public readonly record struct LeaderTerm(long Number)
{
    /// <summary>What a write in this term rests on.</summary>
    public IReadOnlyList<DocumentGuard> Guards =>
        Number == 0 ? [] : [new DocumentGuard(Leadership.TermKey, Number)];
}
