using Weir.Contracts.Statuses;

namespace Weir.Engine.Storage.Memory;

internal sealed class RunTable
{
    private readonly Dictionary<string, RunRow> _runs = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _ids = new(StringComparer.Ordinal);
    private readonly SortedSet<(DateTimeOffset Due, string Run)> _due = new(new DueOrder());
    private readonly Dictionary<(string Namespace, string Flow), long> _lastNumbers = [];
    private readonly Dictionary<(string Namespace, string Flow, long Number), string> _numbers = [];
    private readonly Dictionary<string, SortedList<int, StepRow>> _steps = new(StringComparer.Ordinal);

    public RunRow? Get(string id) => _runs.GetValueOrDefault(id);

    public RunRows? Load(string id) => _runs.TryGetValue(id, out var run)
        ? new RunRows(run, _steps.TryGetValue(id, out var steps) ? [.. steps.Values] : [])
        : null;

    public RunRow? FindByNumber(string @namespace, string flow, long number) =>
        _numbers.TryGetValue((@namespace, flow, number), out var id) ? _runs[id] : null;

    public IReadOnlyList<RunRow> FindBySuffix(string @namespace, string suffix) => suffix.Length == 0
        ? []
        : [.. _ids.Reverse()
            .Where(id => id.EndsWith(suffix, StringComparison.Ordinal))
            .Select(id => _runs[id])
            .Where(run => run.Namespace == @namespace)
            .Take(2)];

    public IReadOnlyList<RunRow> List(RunQuery query)
    {
        var since = query.CreatedSince.Kept();
        return [.. Older(query.Before)
            .Select(id => _runs[id])
            .Where(run => query.Namespace is null || run.Namespace == query.Namespace)
            .Where(run => query.Flow is null || run.Flow == query.Flow)
            .Where(run => query.Statuses.Count == 0 || query.Statuses.Contains(run.Status))
            .Where(run => since is null || run.Created >= since)
            .Take(query.Limit)];
    }

    public IReadOnlyList<RunRow> ListDue(DateTimeOffset now, int limit)
    {
        var until = now.Kept();
        return [.. _due.TakeWhile(entry => entry.Due <= until).Take(limit).Select(entry => _runs[entry.Run])];
    }

    public DateTimeOffset? NextDue() => _due.Count == 0 ? null : _due.Min.Due;

    public CommitOutcome.Conflict? Check(string id, long expectedVersion) =>
        (Get(id)?.Version ?? 0) == expectedVersion
            ? null
            : new CommitOutcome.Conflict(ConflictKind.RunVersion, id);

    /// <summary>Throws when a status would go back or nothing would ever look at the run again.</summary>
    public void Require(RunRow row)
    {
        if (row.Due is null && !row.Status.IsFinal())
            throw new InvalidOperationException($"run {row.Id} is {row.Status} and nothing will look at it again");
        if (Get(row.Id) is { } old && !MayBecome(old, row))
            throw new InvalidOperationException($"run {row.Id} is {old.Status} and cannot become {row.Status}");
    }

    private static bool MayBecome(RunRow old, RunRow row) => row.Round == old.Round
        ? row.Status >= old.Status && (!old.Status.IsFinal() || row.Status == old.Status)
        : row.Round == old.Round + 1 && old.Status.IsFinal();

    public long Apply(RunWrite write)
    {
        var row = write.Row with
        {
            Version = write.ExpectedVersion + 1,
            Created = write.Row.Created.Kept(),
            Started = write.Row.Started.Kept(),
            Ended = write.Row.Ended.Kept(),
            Due = write.Row.Due.Kept(),
        };
        row = Get(row.Id) is { } old ? Replace(old, row) : Insert(row);
        _runs[row.Id] = row;
        if (row.Due is { } due) _due.Add((due, row.Id));
        return row.Number;
    }

    public void Put(StepRow step)
    {
        if (!_steps.TryGetValue(step.Run, out var steps)) _steps[step.Run] = steps = [];
        steps[step.Index] = step;
    }

    public void Delete(string id)
    {
        _steps.Remove(id);
        if (!_runs.Remove(id, out var run)) return;
        _ids.Remove(id);
        _numbers.Remove((run.Namespace, run.Flow, run.Number));
        if (run.Due is { } due) _due.Remove((due, id));
    }

    private RunRow Insert(RunRow row)
    {
        var number = _lastNumbers.GetValueOrDefault((row.Namespace, row.Flow)) + 1;
        _lastNumbers[(row.Namespace, row.Flow)] = number;
        _numbers[(row.Namespace, row.Flow, number)] = row.Id;
        _ids.Add(row.Id);
        return row with { Number = number };
    }

    private RunRow Replace(RunRow old, RunRow row)
    {
        if (old.Due is { } due) _due.Remove((due, old.Id));
        return row with { Namespace = old.Namespace, Flow = old.Flow, Number = old.Number, Created = old.Created };
    }

    private IEnumerable<string> Older(string? before)
    {
        if (before is null) return _ids.Reverse();
        if (_ids.Min is not { } first || string.CompareOrdinal(before, first) <= 0) return [];
        return _ids.GetViewBetween(first, before).Reverse().SkipWhile(id => id == before);
    }

    private sealed class DueOrder : IComparer<(DateTimeOffset Due, string Run)>
    {
        public int Compare((DateTimeOffset Due, string Run) x, (DateTimeOffset Due, string Run) y) =>
            x.Due.CompareTo(y.Due) is not 0 and var order ? order : string.CompareOrdinal(x.Run, y.Run);
    }
}
