using System.Collections.Immutable;
using System.Text.Json;
using Weir.Contracts.Statuses;
using Weir.Engine.Planning;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Engine.Concurrency;

/// <summary>
/// Lets the runs of a concurrency group begin one after the other. Who holds a group stands in one document; a run
/// begins only by a commit that writes that document at the version that was read: of two controllers one is refused.
/// </summary>
public sealed class RunGroups(RunKeeper keeper, IDocumentStore documents, RunSignals signals, TimeProvider time)
{
    private const int MostTries = 32;

    /// <summary>
    /// A document that was removed begins again at version 1: whoever read it before must have given up by then.
    /// </summary>
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromHours(1);

    /// <summary>Stores a new run: it begins, waits, or is skipped, as its group and its flow want it.</summary>
    public async Task<InsertOutcome> InsertAsync(
        RunState run, PlanRow plan, IdempotencyRow? idempotency, CancellationToken cancellationToken)
    {
        if (run.Group is not { } group)
            return await keeper.InsertAsync(run, plan, new RunEntry(idempotency), cancellationToken);
        var key = GroupMembers.KeyOf(run.Namespace, group);
        for (var tries = 0; tries < MostTries; tries++)
        {
            var seen = await SeeAsync(key, cancellationToken);
            var choice = GroupChoice.Of(run.Plan.Concurrency!, seen.Holder, seen.Waiting);
            if (!choice.Displaced.IsEmpty)
            {
                await DisplaceAsync(choice.Displaced, cancellationToken);
                if (choice.Place is null) continue;
            }

            var entry = new RunEntry(idempotency) { Place = choice.Place!.Value };
            if (entry.Place != GroupPlace.Skipped)
                entry = entry with { Group = seen.Write(key, [.. seen.OpenWithHolder(), run.Id]) };
            var inserted = await keeper.InsertAsync(run, plan, entry, cancellationToken);
            if (inserted.Conflict == ConflictKind.DocumentVersion) continue;
            // The holder may have ended while this one came to wait behind it.
            if (entry.Place == GroupPlace.Waits) signals.Groups.Add(key);
            return inserted;
        }

        throw new StoreUnavailableException($"the group {group} changed under every one of {MostTries} tries");
    }

    /// <summary>Lets the next run begin when the holder has ended. May be asked at any time, by anyone.</summary>
    public async Task AdmitNextAsync(string key, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            var seen = await SeeAsync(key, cancellationToken);
            if (seen.Version == 0 || seen.Holder is not null) return;
            if (seen.Waiting is not [var next, ..])
            {
                await RestAsync(key, seen, cancellationToken);
                return;
            }

            var write = seen.Write(key, seen.Waiting);
            var applied = await keeper.AdmitAsync(next, write, cancellationToken);
            if (applied.Verdict == EventVerdict.Accepted) return;
        }
    }

    /// <summary>Keys of groups that are in use, in parts.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string? after, int limit, CancellationToken cancellationToken) =>
        [.. (await documents.ListAsync(GroupMembers.Prefix, after, limit, cancellationToken)).Select(d => d.Key)];

    /// <summary>Who holds the group that a run waits for, and how many wait before it; null without a wait.</summary>
    public async Task<GroupStanding?> StandingOfAsync(RunState run, CancellationToken cancellationToken)
    {
        if (!run.WaitsForGroup) return null;
        var seen = await SeeAsync(GroupMembers.KeyOf(run.Namespace, run.Group!), cancellationToken);
        var holder = seen.Holder is { } id ? await keeper.Store.GetRunAsync(id, cancellationToken) : null;
        return new GroupStanding(
            run.Group!, holder is null ? null : $"{holder.Flow}#{holder.Number}",
            Math.Max(0, seen.Waiting.IndexOf(run.Id)));
    }

    private async Task RestAsync(string key, Sight seen, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now - seen.Idle < ForgottenAfter) return;
        var write = seen.Idle is null
            ? new DocumentWrite(key, seen.Version, JsonOf(new GroupMembers([]) { Idle = now }))
            : new DocumentWrite(key, seen.Version, null);
        await keeper.Store.CommitAsync(new Commit { Documents = [write] }, cancellationToken);
    }

    private static string JsonOf(GroupMembers members) =>
        JsonSerializer.Serialize(members, GroupJson.Default.GroupMembers);

    private async Task<Sight> SeeAsync(string key, CancellationToken cancellationToken)
    {
        var document = await documents.GetAsync(key, cancellationToken);
        if (document is null) return new Sight(0, [], null, []);
        var stored = JsonSerializer.Deserialize(document.Json, GroupJson.Default.GroupMembers)!;
        var members = stored.Runs;
        var open = ImmutableArray.CreateBuilder<string>();
        foreach (var run in members)
        {
            var row = await keeper.Store.GetRunAsync(run, cancellationToken);
            if (row is not null && !row.Status.IsFinal()) open.Add(run);
        }

        var holder = members.IsEmpty || !open.Contains(members[0]) ? null : members[0];
        return new Sight(document.Version, members, holder, [.. open.Where(run => run != holder)])
        {
            Idle = stored.Idle,
        };
    }

    private async Task DisplaceAsync(ImmutableArray<string> runs, CancellationToken cancellationToken)
    {
        var asked = new RunEvent.CancelAsked("a newer run of its group") { Reason = ReasonCode.Superseded };
        foreach (var run in runs) await keeper.ApplyAsync(run, asked, cancellationToken);
    }

    /// <param name="Version">Of the document; 0 = there is none.</param>
    /// <param name="Members">As they stand there.</param>
    /// <param name="Holder">Null when the first has ended.</param>
    /// <param name="Waiting">Those behind it that have not ended.</param>
    private sealed record Sight(
        long Version, ImmutableArray<string> Members, string? Holder, ImmutableArray<string> Waiting)
    {
        public DateTimeOffset? Idle { get; init; }

        /// <summary>
        /// The first place is the holder's alone: where it has ended it stays there until another is let in.
        /// </summary>
        public IEnumerable<string> OpenWithHolder() => Holder is null && Waiting.IsEmpty
            ? []
            : Waiting.Prepend(Members[0]);

        public DocumentWrite Write(string key, ImmutableArray<string> runs) =>
            new(key, Version, JsonOf(new GroupMembers(runs)));
    }
}

/// <param name="Holder">Its handle; null when nobody holds the group just now.</param>
/// <param name="Before">How many wait before the run.</param>
public sealed record GroupStanding(string Group, string? Holder, int Before);

/// <summary>What becomes of a new run of a group. Pure.</summary>
/// <param name="Place">Null: look again once the displaced have been asked to stop.</param>
/// <param name="Displaced">Runs that make way for it.</param>
internal sealed record GroupChoice(GroupPlace? Place, ImmutableArray<string> Displaced)
{
    public static GroupChoice Of(PlanConcurrency rule, string? holder, ImmutableArray<string> waiting)
    {
        if (holder is null && waiting.IsEmpty) return new GroupChoice(GroupPlace.Free, []);
        return rule.OnBusy switch
        {
            OnBusy.Skip => new GroupChoice(GroupPlace.Skipped, []),
            OnBusy.Cancel => new GroupChoice(
                waiting.IsEmpty ? GroupPlace.Waits : null, holder is null ? waiting : [holder, .. waiting]),
            _ when waiting.Length < rule.MaxWaiting => new GroupChoice(GroupPlace.Waits, []),
            _ when rule.WhenFull == WhenFull.Skip => new GroupChoice(GroupPlace.Skipped, []),
            _ => new GroupChoice(null, [waiting[0]]),
        };
    }
}
