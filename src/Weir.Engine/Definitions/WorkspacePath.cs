namespace Weir.Engine.Definitions;

/// <summary>Paths of artifacts and resources: relative to the workspace, with <c>/</c>, never out of it.</summary>
public static class WorkspacePath
{
    /// <summary>What is wrong with a resolved path, or null.</summary>
    public static string? ProblemOf(string path)
    {
        if (path.Length == 0) return "the path is empty";
        if (path[0] == '/' || (path.Length > 1 && char.IsAsciiLetter(path[0]) && path[1] == ':'))
            return $"`{path}` is absolute: paths are relative to the workspace";
        if (path[0] == '~') return $"`{path}` is no path in the workspace: `~` is not expanded";
        if (path.Contains('\\')) return $"`{path}` holds a `\\`: folders are parted by `/`";
        if (path.Any(char.IsControl)) return "the path holds a control character";
        return path.Split('/').Contains("..") ? $"`{path}` climbs out of the workspace: `..` is not allowed" : null;
    }
}
