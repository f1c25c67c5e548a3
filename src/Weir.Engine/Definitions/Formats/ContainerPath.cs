namespace Weir.Engine.Definitions.Formats;

/// <summary>
/// Absolute paths as they are inside the containers of the Nosana formats, where <c>/root</c> is what the workspace is
/// here.
/// </summary>
internal static class ContainerPath
{
    public const string Home = "/root";

    /// <summary>Joins and tidies; <c>..</c> at the top stays at the top.</summary>
    public static string Join(string folder, string path)
    {
        var parts = new List<string>();
        foreach (var part in (path.StartsWith('/') ? path : $"{folder}/{path}").Split('/'))
        {
            if (part == "..") parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            else if (part.Length > 0 && part != ".") parts.Add(part);
        }

        return "/" + string.Join('/', parts);
    }

    public static bool IsHere(string path) => path == Home || path.StartsWith(Home + "/", StringComparison.Ordinal);

    /// <summary>Relative to the workspace; what lies outside of it is taken as if it lay within.</summary>
    public static string InWorkspace(string path)
    {
        var inside = IsHere(path) ? path[Home.Length..] : path;
        return inside.Trim('/') is { Length: > 0 } relative ? relative : ".";
    }
}
