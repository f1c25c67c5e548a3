namespace Weir.Engine.Definitions.Formats;

/// <summary>Path patterns of the Nosana formats, which also know <c>{a,b}</c>.</summary>
internal static class ForeignGlob
{
    private const int MaxExpanded = 64;
    private const int MaxLength = 4096;

    /// <summary>One path for each choice of each <c>{a,b}</c>; at most 64.</summary>
    public static IEnumerable<string> Expand(string path)
    {
        var open = new Queue<string>([path]);
        for (var made = 0; made < MaxExpanded && open.TryDequeue(out var next); made++)
        {
            var begin = next.IndexOf('{');
            var end = begin < 0 ? -1 : next.IndexOf('}', begin);
            var inner = end < 0 || next.Length > MaxLength ? "" : next[(begin + 1)..end];
            if (!inner.Contains(',') || inner.Contains('{'))
            {
                yield return next;
                continue;
            }

            var (before, after) = (next[..begin], next[(end + 1)..]);
            foreach (var choice in inner.Split(',')) open.Enqueue(before + choice + after);
        }
    }

    public static bool IsUnknown(string path) => path.AsSpan().ContainsAny("[]{}");

    /// <summary>Whether a plain path means a folder: it says so, or its last part has no ending.</summary>
    public static bool IsFolder(string path)
    {
        if (path.EndsWith('/')) return true;
        var last = path[(path.LastIndexOf('/') + 1)..];
        return !last.AsSpan().ContainsAny('*', '?') && (last is "." or ".." || last.LastIndexOf('.') <= 0);
    }

    /// <summary>The folder that names are relative to: the path, or that before a file or a pattern.</summary>
    public static string FixedPart(string path, bool isFolder)
    {
        var parts = path.Split('/');
        var pattern = Array.FindIndex(parts, p => p.AsSpan().ContainsAny('*', '?'));
        if (pattern >= 0) return string.Join('/', parts[..pattern]);
        return isFolder ? path : path[..path.LastIndexOf('/')];
    }
}
