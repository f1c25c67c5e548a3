using System.Text.RegularExpressions;
using Weir.Engine.Expressions;

namespace Weir.Engine.Definitions.Formats.Nosana;

/// <summary>
/// Resolves <c>%%global.…%%</c> and <c>%%globals.…%%</c>: variables at once, what only a run knows as an expression.
/// Results and addresses of other ops are not known here.
/// </summary>
internal sealed partial class JobLiterals(TreeMap? variables, ProblemList problems)
{
    private const string Prefix = "variables.";
    private static readonly Dictionary<string, string> OfRun = new() { ["job"] = "run.id", ["project"] = "run.namespace" };

    /// <summary>As a native template; null after a mistake.</summary>
    public string? Template(TreeText text, string path) => Replace(text, path, (piece, expression) =>
        expression is null ? Native.Literal(piece) : $"${{{{ {expression} }}}}");

    /// <summary>With every literal known now; null after a mistake.</summary>
    public string? Constant(TreeText text, string path) => Replace(text, path, (piece, expression) =>
    {
        if (expression is not null)
            problems.Add(path, text.Place, "what only the run knows never stands in a command: put it into `env`");
        return piece;
    });

    private string? Replace(TreeText text, string path, Func<string, string?, string> make)
    {
        var made = "";
        var at = 0;
        foreach (Match literal in Literal().Matches(text.Value))
        {
            made += make(text.Value[at..literal.Index], null);
            at = literal.Index + literal.Length;
            var (value, expression) = Find(literal.Groups["root"].Value, literal.Groups["path"].Value);
            if (value is null && expression is null)
            {
                problems.Add(path, text.Place, Explain(literal));
                return null;
            }

            made += make(value ?? "", expression);
        }

        return made + make(text.Value[at..], null);
    }

    private (string? Value, string? Expression) Find(string root, string name)
    {
        if (root == "ops") return default;
        if (OfRun.TryGetValue(name, out var expression)) return (null, expression);
        var variable = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
        return (variables?.Text(variable), null);
    }

    private string Explain(Match literal)
    {
        if (literal.Groups["root"].Value == "ops")
            return $"`{literal.Value}` is not supported yet: results and addresses of ops are not known to other ops";
        string[] known = [.. OfRun.Keys, .. variables?.Entries.Select(e => e.Key.Value) ?? []];
        var name = literal.Groups["path"].Value;
        return $"`{literal.Value}` names nothing that is known here{Suggestion.DidYouMean(name, known)}";
    }

    [GeneratedRegex(@"%%(?<root>ops|globals?)\.(?<path>[^%\s]+)%%")]
    private static partial Regex Literal();
}
