using System.Text;

namespace Weir.Engine.Definitions;

/// <summary>
/// Names of namespaces, flows and steps: 1 to 63 lower-case letters, digits and <c>-</c>, no <c>-</c> at either end.
/// </summary>
public static class FlowName
{
    public const int MaxLength = 63;
    internal const string Pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength
        && name[0] != '-' && name[^1] != '-'
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>
    /// The valid name nearest to a foreign one: <c>Unit Tests!</c> becomes <c>unit-tests</c>; null when nothing is
    /// left.
    /// </summary>
    public static string? Slug(string text)
    {
        var slug = new StringBuilder();
        foreach (var c in text)
        {
            if (slug.Length == MaxLength) break;
            if (char.IsAsciiLetterOrDigit(c)) slug.Append(char.ToLowerInvariant(c));
            else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
        }

        var name = slug.ToString().TrimEnd('-');
        return name.Length == 0 ? null : name;
    }
}
