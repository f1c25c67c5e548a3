using System.Text;
using Weir.Contracts.Statuses;
using Weir.Engine.Storage;

namespace Weir.Tests.Storage;

/// <summary>What every read of a store says, as one text.</summary>
internal static class StorePicture
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<string> OfAsync(IRecordStore records, IDocumentStore documents)
    {
        var text = new StringBuilder();
        text.AppendJoin('\n', await documents.ListAsync("flows/", "flows/b", 3, Token)).AppendLine();
        foreach (var id in RandomCommits.RunIds)
        {
            if (await records.LoadRunAsync(id, Token) is not { } rows) continue;
            text.Append(rows.Run).AppendJoin(' ', rows.Steps).AppendLine();
            text.Append(await records.FindRunByNumberAsync("alpha", "build", rows.Run.Number, Token)).AppendLine();
            text.AppendJoin(' ', await records.FindRunsBySuffixAsync("alpha", id[^1..], Token)).AppendLine();
        }

        await AppendLists(text, records);
        await AppendWork(text, records);
        return text.ToString();
    }

    private static async Task AppendLists(StringBuilder text, IRecordStore records)
    {
        RunQuery[] queries =
        [
            new() { Limit = 5, Before = "01run09" },
            new() { Namespace = "alpha", Statuses = [RunStatus.Success] },
            new() { Namespace = "beta", Flow = "build", CreatedSince = Samples.At(50) },
            new() { Flow = "deploy", Statuses = [RunStatus.Pending, RunStatus.Running], Limit = 3 },
        ];
        foreach (var query in queries)
            text.AppendJoin(' ', (await records.ListRunsAsync(query, Token)).Select(run => run.Id)).AppendLine();
        text.AppendJoin(
            ' ', (await records.ListDueRunsAsync(Samples.At(100), 6, Token)).Select(run => run.Id)).AppendLine();
        text.Append(await records.NextDueAsync(Token)).Append(' ').Append(
            await records.LastEventAsync(Token)).AppendLine();
        for (var i = 0; i < 4; i++) text.Append(await records.GetPlanAsync($"sha256:{i}", Token));
        for (var i = 0; i < 6; i++) text.Append(await records.GetIdempotencyAsync("alpha", $"k{i}", Token));
        NodeQuery[] nodes =
        [
            new() { Namespace = "alpha", Name = "build", NewestFirst = true, Limit = 5 },
            new() { Kind = "gpu", Namespace = "beta", Before = Samples.Node(20, "").Id },
            new() { Under = Samples.Node(3, "").Lineage },
            new() { Parent = Samples.Node(5, "").Id, Depth = 2 },
            new() { Path = """["top","deploy"]""", RootsOnly = false, After = Samples.Node(9, "").Id },
            new() { RootsOnly = true, Owner = "ann" },
        ];
        foreach (var query in nodes)
        {
            text.AppendJoin(' ', await records.ListNodesAsync(query, Token)).AppendLine();
            text.Append(await records.CountNodesAsync(query, Token)).AppendLine();
        }

        text.AppendJoin('\n', await records.ReadEventsAsync(20, null, 50, Token)).AppendLine();
        text.AppendJoin('\n', await records.ReadEventsAsync(5, "01run03", 50, Token)).AppendLine();
    }

    private static async Task AppendWork(StringBuilder text, IRecordStore records)
    {
        text.AppendJoin('\n', await records.ListQueueHeadsAsync(Token)).AppendLine();
        text.AppendJoin('\n', await records.ListQueueAsync("alpha", "gpu", 4, Token)).AppendLine();
        text.AppendJoin('\n', await records.ListLeasesAsync("ann", Token)).AppendLine();
        text.AppendJoin('\n', await records.ListExpiredLeasesAsync(Samples.At(90), 4, Token)).AppendLine();
        text.AppendJoin(
            ' ',
            (await records.CountLeasesAsync(Token)).OrderBy(pair => pair.Key, StringComparer.Ordinal)).AppendLine();
        text.Append(await records.GetLeaseAsync("01run04", "s1", Token)).AppendLine();
    }
}
