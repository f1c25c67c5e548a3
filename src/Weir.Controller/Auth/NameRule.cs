using System.Text.RegularExpressions;

namespace Weir.Controller.Auth;

/// <summary>Names of namespaces, flows and steps.</summary>
internal static partial class NameRule
{
    public const string Text = "a name of a-z, 0-9 and inner hyphens is expected, at most 63 long";

    public static bool Holds(string? name) => name is not null && Name().IsMatch(name);

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
