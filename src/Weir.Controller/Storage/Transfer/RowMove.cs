using System.Security.Cryptography;
using System.Text;

namespace Weir.Controller.Storage.Transfer;

/// <summary>
/// Moves all rows from one place into an empty database, table by table in the order of keys. It may be killed at any
/// point: what is there then is the beginning of each table, and the same move goes on behind it. Nothing may write to
/// either meanwhile.
/// </summary>
/// <param name="from">Names the source for people and for a move that goes on.</param>
internal sealed class RowMove(IRowSource source, IRowTarget target, string from)
{
    /// <summary>Returns once the rows of both are found to be the same.</summary>
    /// <exception cref="DataDirectoryException">The target holds something else, or differs in the end.</exception>
    public async Task<IReadOnlyDictionary<string, TableDigest>> RunAsync(CancellationToken cancellationToken)
    {
        var expected = await TableDigest.OfAllAsync(source, cancellationToken);
        await BeginAsync(new TransferMark(from, ContentOf(expected)), cancellationToken);
        foreach (var table in PortableTable.All)
        {
            var after = await target.LastKeyAsync(table, cancellationToken);
            await foreach (var page in Pages.OfAsync(source, table, after, cancellationToken))
                await target.AddAsync(table, page, cancellationToken);
        }

        var found = await TableDigest.OfAllAsync(target, cancellationToken);
        foreach (var (table, digest) in expected)
        {
            if (found[table] != digest)
            {
                throw new DataDirectoryException(
                    $"the table {table} is not the same in both: {digest.Rows} rows in {from}, {found[table].Rows} where "
                    + "they were moved to, or others; empty that database and begin anew");
            }
        }

        return found;
    }

    /// <summary>From now on controllers may start on the target.</summary>
    public ValueTask FinishAsync(CancellationToken cancellationToken) =>
        target.WriteMarkAsync(null, cancellationToken);

    private async Task BeginAsync(TransferMark mark, CancellationToken cancellationToken)
    {
        if (await target.ReadMarkAsync(cancellationToken) is { } json)
        {
            var known = TransferMark.Parse(json);
            if (known == mark) return;
            if (known.From != mark.From)
            {
                throw new DataDirectoryException(
                    $"the database holds an unfinished move from {known.From}: let that one go on, or empty the database");
            }

            // the source was used since: what was moved of it is old
            await target.ClearAsync(cancellationToken);
        }
        else
        {
            await RequireEmptyAsync(cancellationToken);
        }

        await target.WriteMarkAsync(mark.ToJson(), cancellationToken);
    }

    private async Task RequireEmptyAsync(CancellationToken cancellationToken)
    {
        foreach (var table in PortableTable.All)
        {
            if (await target.LastKeyAsync(table, cancellationToken) is not null)
            {
                throw new DataDirectoryException(
                    $"the database to move into is not empty (there are rows in {table.Name}): give an empty one");
            }
        }
    }

    private static string ContentOf(IReadOnlyDictionary<string, TableDigest> digests)
    {
        var lines = string.Concat(digests.Select(table => $"{table.Key} {table.Value.Rows} {table.Value.Sha256}\n"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines)));
    }
}
