using System.Reflection;
using System.Text.RegularExpressions;
using Weir.Contracts.Problems;

namespace Weir.Tests.Tidy;

public sealed partial class DocumentTests
{
    [Fact]
    public void Every_name_in_ARCHITECTURE_exists()
    {
        var types = SourceTree.All.SelectMany(file => file.Declarations).Select(
            declaration => declaration.Name).ToHashSet();
        var folders = SourceTree.All.SelectMany(file => Path.GetDirectoryName(file.Path)!.Split('/')).ToHashSet();
        new Rule("architecture-names", "a map with names that are gone misleads; rename it there too")
            .Check(InCode("ARCHITECTURE.md")
                .Where(entry => !Known(entry.Text, types, folders))
                .Select(
                    entry => new Violation("ARCHITECTURE.md", entry.Line, entry.Text, $"there is no '{entry.Text}'")));
    }

    [Fact]
    public void Every_page_has_one_title() =>
        new Rule("title", "a page has one title, so that it can be linked and listed")
            .Check(Pages().Select(page => (page, Titles: Title().Count(WithoutFences(SourceTree.Read(page)))))
                .Where(entry => entry.Titles != 1)
                .Select(entry => new Violation(entry.page, 1, "title", $"{entry.Titles} titles")));

    [Fact]
    public void Links_lead_somewhere() =>
        new Rule("links", "a link within the repository must resolve")
            .Check(Pages().SelectMany(BrokenLinks));

    [Fact]
    public void The_page_of_error_codes_lists_exactly_the_codes_there_are()
    {
        var codes = typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal);
        var documented = CodeRow().Matches(SourceTree.Read("docs/errors.md")).Select(row => row.Groups["code"].Value);
        Assert.Equal(codes, documented);
    }

    private static IEnumerable<string> Pages() =>
        SourceTree.Find(".", "*.md").Select(path => path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path);

    private static IEnumerable<Violation> BrokenLinks(string page)
    {
        var lines = WithoutFences(SourceTree.Read(page)).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            foreach (Match link in Link().Matches(lines[i]))
            {
                var target = link.Groups["target"].Value.Split('#')[0];
                if (target.Length == 0 || target.Contains("://", StringComparison.Ordinal)) continue;
                var path = Path.GetRelativePath(".", Path.Combine(Path.GetDirectoryName(page) ?? "", target));
                if (!SourceTree.Exists(path)) yield return new Violation(page, i + 1, target, $"there is no {target}");
            }
        }
    }

    private static IEnumerable<(string Text, int Line)> InCode(string page)
    {
        var lines = WithoutFences(SourceTree.Read(page)).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            foreach (Match match in Code().Matches(lines[i])) yield return (match.Groups["text"].Value, i + 1);
        }
    }

    private static bool Known(string text, HashSet<string> types, HashSet<string> folders)
    {
        if (text.Contains('/', StringComparison.Ordinal) && PathLike().IsMatch(text))
            return SourceTree.Exists(text.TrimEnd('/'));
        if (!TypeLike().IsMatch(text)) return true;
        return text.Split('.').All(part => types.Contains(part) || folders.Contains(part)
            || Type.GetType($"System.{part}") is not null || part == "Weir");
    }

    private static string WithoutFences(string text) =>
        Fence().Replace(text, match => new string('\n', match.Value.Count(c => c == '\n')));

    [GeneratedRegex("^# ", RegexOptions.Multiline)]
    private static partial Regex Title();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`(?<text>[^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^(src|tests|bench|docs|eng|examples|\.ci)/[\w./-]*$")]
    private static partial Regex PathLike();

    [GeneratedRegex(@"^[A-Z][a-z]\w*(\.[A-Z]\w*)*$|^I[A-Z][a-z]\w*$")]
    private static partial Regex TypeLike();

    [GeneratedRegex(@"^\| `(?<code>[a-z_.]+)` \|", RegexOptions.Multiline)]
    private static partial Regex CodeRow();
}
