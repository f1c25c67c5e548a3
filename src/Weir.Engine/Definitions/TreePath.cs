namespace Weir.Engine.Definitions;

/// <summary>Paths of fields as problems show them: <c>steps[2].commands</c>.</summary>
internal static class TreePath
{
    public static string Key(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    public static string Item(string path, int index) => $"{path}[{index}]";

    public static string? Parent(string path) =>
        path.Length == 0 ? null : path[..Math.Max(0, path.AsSpan().LastIndexOfAny('.', '['))];
}
