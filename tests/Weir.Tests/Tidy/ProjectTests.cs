using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Weir.Tests.Tidy;

public sealed partial class ProjectTests
{
    [Fact]
    public void Projects_reference_only_what_ARCHITECTURE_allows() =>
        new Rule("references", "who may know whom is the architecture; the table in ARCHITECTURE.md is the law")
            .Check(
                SourceTree.Find("src", "*.csproj").Concat(SourceTree.Find("tests", "*.csproj")).SelectMany(Violations));

    [Fact]
    public void The_table_names_every_project()
    {
        var projects = SourceTree.Find("src", "*.csproj").Concat(SourceTree.Find("tests", "*.csproj"));
        var missing = projects.Select(path => Path.GetDirectoryName(path)!).Where(
            folder => !Allowed().ContainsKey(folder));
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_package_has_a_reason()
    {
        var lines = SourceTree.Read("Directory.Packages.props").Split('\n');
        var bare = lines.Select((line, i) => (line, i))
            .Where(entry => PackageLine().IsMatch(entry.line))
            .Where(entry => !IsExplained(lines, entry.i))
            .Select(entry => $"Directory.Packages.props:{entry.i + 1}: {entry.line.Trim()}");
        Assert.Empty(bare);
    }

    // a comment holds for the packages right below it; a group's label explains the whole group of pins
    private static bool IsExplained(string[] lines, int at)
    {
        for (var i = at - 1; i >= 0; i--)
        {
            if (lines[i].Contains("-->", StringComparison.Ordinal)) return true;
            if (lines[i].Contains("Transitive pins", StringComparison.Ordinal)) return true;
            if (!PackageLine().IsMatch(lines[i])) return false;
        }

        return false;
    }

    private static IEnumerable<Violation> Violations(string project)
    {
        var folder = Path.GetDirectoryName(project)!;
        if (!Allowed().TryGetValue(folder, out var allowed)) yield break;
        foreach (var reference in XDocument.Parse(SourceTree.Read(project)).Descendants("ProjectReference"))
        {
            var name = Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)["Weir.".Length..];
            if (allowed is not ["all"] && !allowed.Contains(name))
                yield return new Violation(
                    project, 1, name, $"references {name}; allowed: {string.Join(", ", allowed)}");
        }
    }

    private static Dictionary<string, string[]> Allowed() =>
        TableRow().Matches(SourceTree.Read("ARCHITECTURE.md")).ToDictionary(
            row => row.Groups["folder"].Value,
            row => row.Groups["may"].Value.Trim() is "nothing"
                ? []
                : row.Groups["may"].Value.Split(',', StringSplitOptions.TrimEntries).ToArray());

    [GeneratedRegex(@"^\| `(?<folder>(?:src|tests|bench)/[\w.]+)` \|[^|]*\|(?<may>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"^\s*<(?:Global)?Package(?:Reference|Version) ")]
    private static partial Regex PackageLine();
}
