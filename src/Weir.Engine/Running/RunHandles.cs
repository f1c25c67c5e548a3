using System.Globalization;
using Weir.Engine.Storage;

namespace Weir.Engine.Running;

/// <summary>
/// Finds runs by what people type: an id, a unique suffix of an id (≥ 6 characters), <c>flow#7</c>, <c>@latest</c>,
/// <c>@latest:flow</c>.
/// </summary>
internal static class RunHandles
{
    private const int ShortestSuffix = 6;

    public static async ValueTask<RunRow?> FindAsync(
        IRecordStore store, string @namespace, string handle, CancellationToken cancellationToken)
    {
        if (handle == "@latest") return await LatestAsync(store, @namespace, null, cancellationToken);
        if (handle.StartsWith("@latest:", StringComparison.Ordinal))
            return await LatestAsync(store, @namespace, handle["@latest:".Length..], cancellationToken);
        var hash = handle.LastIndexOf('#');
        if (hash > 0)
        {
            return long.TryParse(
                handle.AsSpan(hash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? await store.FindRunByNumberAsync(@namespace, handle[..hash], number, cancellationToken)
                : null;
        }

        if (handle.Length < ShortestSuffix) return null;
        if (await store.GetRunAsync(handle, cancellationToken) is { } exact)
            return exact.Namespace == @namespace ? exact : null;
        var found = await store.FindRunsBySuffixAsync(@namespace, handle, cancellationToken);
        return found.Count == 1 ? found[0] : null;
    }

    private static async ValueTask<RunRow?> LatestAsync(
        IRecordStore store, string @namespace, string? flow, CancellationToken cancellationToken)
    {
        var query = new RunQuery { Namespace = @namespace, Flow = flow, Limit = 1 };
        var runs = await store.ListRunsAsync(query, cancellationToken);
        return runs.Count == 0 ? null : runs[0];
    }
}
