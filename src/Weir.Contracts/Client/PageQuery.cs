namespace Weir.Contracts.Client;

/// <summary>Which page of a list: at most <paramref name="Limit"/> (≤ 500) items after the cursor.</summary>
/// <param name="Cursor">The <c>next</c> of the page before; null = the first page.</param>
public sealed record PageQuery(int? Limit = null, string? Cursor = null)
{
    internal static string Append(string path, PageQuery? page) =>
        new ApiQuery(path).With("limit", page?.Limit).With("cursor", page?.Cursor).ToString();
}
