using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Contracts.Nodes;
using Weir.Contracts.Problems;

namespace Weir.Engine.DataTree;

/// <summary>What a node may be made of; names and data are the user's own.</summary>
internal static partial class NodeRules
{
    public const string PlainKind = "node";
    public const string KindRule =
        "a kind is of letters, digits and . _ -, at most 63, and begins with a letter or digit";

    public const int MaxDepth = 64;
    public const int MaxNodes = 10_000;
    private const int MaxName = 256;
    private const int MaxBytes = 1 << 20;
    private const int MaxArtifacts = 1_000;
    private const int MaxUrl = 2_048;

    /// <param name="node">What was sent.</param>
    /// <param name="path">Its place in what was sent; empty when it was sent alone.</param>
    public static IEnumerable<Problem> Check(AddNodeRequest node, string path)
    {
        if (node.Name.Length is 0 or > MaxName || node.Name.Any(char.IsControl))
            yield return At(path, "name", $"a name has 1 to {MaxName} characters and no control characters");
        if (node.Kind is { } kind && !IsKind(kind)) yield return At(path, "kind", KindRule);
        if (node.Parent is { } parent && !NodeIds.IsWellFormed(parent))
            yield return At(path, "parent", "the id of a node has 24 hexadecimal digits");
        if (node.Data is { ValueKind: not JsonValueKind.Object })
            yield return At(path, "data", "an object is expected");
        if (node.Data is { } data && data.GetRawText().Length > MaxBytes)
            yield return At(path, "data", $"at most {MaxBytes >> 10} KiB; keep large things as artifacts");
        foreach (var problem in CheckArtifacts(node, path)) yield return problem;
        if (node.Task is { } task && UuidOf(task) is null)
            yield return At(path, "task", "an object with a UUID under `uuid` or `id` is expected");
    }

    public static bool IsKind(string name) => KindName().IsMatch(name);

    public static Problem At(string path, string field, string message) =>
        new(path.Length == 0 ? field : $"{path}.{field}", 0, 0, message);

    private static IEnumerable<Problem> CheckArtifacts(AddNodeRequest node, string path)
    {
        if (node.Artifacts is not { } artifacts) yield break;
        if (artifacts.Count > MaxArtifacts) yield return At(path, "artifacts", $"at most {MaxArtifacts} artifacts");
        foreach (var (name, url) in artifacts)
        {
            if (name.Length is 0 or > MaxName)
                yield return At(path, "artifacts", $"the name of an artifact has 1 to {MaxName} characters");
            if (url is null || url.Length > MaxUrl || !IsWeb(url))
                yield return At(path, $"artifacts['{name}']", "an absolute http or https URL is expected");
        }
    }

    private static bool IsWeb(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed)
        && (parsed.Scheme == Uri.UriSchemeHttp || parsed.Scheme == Uri.UriSchemeHttps);

    private static Guid? UuidOf(JsonElement task)
    {
        if (task.ValueKind != JsonValueKind.Object) return null;
        foreach (var name in (string[])["uuid", "id"])
        {
            if (task.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.String
                && Guid.TryParse(value.GetString(), out var uuid)) return uuid;
        }

        return null;
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,62}\\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KindName();
}
