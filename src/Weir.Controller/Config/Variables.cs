using System.Text;
using Weir.Engine.Definitions;

namespace Weir.Controller.Config;

/// <summary>
/// <c>${NAME}</c> inside values; <c>$${</c> stands for a literal <c>${</c>. What is put in is not looked at again.
/// </summary>
internal static class Variables
{
    /// <summary>Null when a variable is not set or its name is none; the problems say where.</summary>
    public static string? Expand(
        TreeText text, string path, IReadOnlyDictionary<string, string> environment, ProblemList problems)
    {
        var value = text.Value;
        var expanded = new StringBuilder(value.Length);
        var good = true;
        for (var at = 0; at < value.Length;)
        {
            var open = value.IndexOf("${", at, StringComparison.Ordinal);
            if (open < 0)
            {
                expanded.Append(value.AsSpan(at));
                break;
            }

            expanded.Append(value.AsSpan(at, open - at));
            if (open > at && value[open - 1] == '$')
            {
                expanded.Append('{');
                at = open + 2;
                continue;
            }

            var close = value.IndexOf('}', open);
            var name = close < 0 ? value[(open + 2)..] : value[(open + 2)..close];
            if (close < 0 || !IsName(name))
                problems.Add(path, text.At(open), "expected `${NAME}`; write `$${` for a literal `${`");
            else if (!environment.ContainsKey(name))
                problems.Add(path, text.At(open), $"the environment variable {name} is not set");
            else expanded.Append(environment[name]);
            good &= close >= 0 && environment.ContainsKey(name);
            at = close < 0 ? value.Length : close + 1;
        }

        return good ? expanded.ToString() : null;
    }

    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
