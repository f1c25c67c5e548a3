using Weir.Contracts.Client;
using Weir.Contracts.Runs;

namespace Weir.Cli.Connecting;

/// <summary>Reads as many pages as it takes.</summary>
internal static class Paging
{
    private const int PageSize = 500;

    /// <summary>At most <paramref name="limit"/> items, and the cursor of what follows them.</summary>
    public static async Task<Page<T>> TakeAsync<T>(int limit, string? cursor, Func<PageQuery, Task<Page<T>>> read)
    {
        if (limit < 1) throw CliException.Usage("--limit must be at least 1");
        var items = new List<T>();
        do
        {
            var page = await read(new PageQuery(Math.Min(limit - items.Count, PageSize), cursor));
            items.AddRange(page.Items);
            cursor = page.Next;
        }
        while (cursor is not null && items.Count < limit);
        return new Page<T>(items) { Next = cursor };
    }
}
