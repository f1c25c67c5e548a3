using System.Text.RegularExpressions;
using Weir.Engine.Definitions.Formats.Edn;
using Weir.Engine.Definitions.Formats.Nosana;
using Weir.Engine.Definitions.Formats.Nostromo;

namespace Weir.Engine.Definitions.Formats;

/// <summary>A flow file as a native tree, whatever its format was.</summary>
/// <param name="Format">For people.</param>
internal sealed partial record FlowSource(TreeValue Tree, string Format)
{
    public const string NativeFormat = "weir";

    /// <summary>Null when the text cannot be read at all; the problems say why.</summary>
    public static FlowSource? Read(string text, string? file, ProblemList problems)
    {
        var (tree, read) = ReadText(text, file, problems);
        if (tree is null) return null;
        if (tree is not TreeMap root || root["steps"] is not null) return new FlowSource(tree, NativeFormat);
        if (root["jobs"] is not null || root["nosana"] is not null || IsPipelineName(file))
        {
            return new FlowSource(
                PipelineConverter.Convert(root, read, NameOf(file, "nosana-ci"), problems), ".nosana-ci.yml");
        }

        if (root["ops"] is null) return new FlowSource(tree, NativeFormat);
        if (JobDefinitionConverter.Recognises(root))
        {
            return new FlowSource(
                JobDefinitionConverter.Convert(root, NameOf(file, "nosana-job"), problems), "a Nosana job definition");
        }

        var fallback = FlowName.Slug(root.Text("name") ?? root.Text("id") ?? "") ?? "flow";
        return new FlowSource(
            NostromoConverter.Convert(root, NameOf(file, fallback), problems), "a Nostromo flow");
    }

    private static (TreeValue? Tree, string Read) ReadText(string text, string? file, ProblemList problems)
    {
        if (EndsWith(file, ".json") || text.AsSpan().TrimStart().StartsWith('{'))
        {
            if (JsonTreeReader.Read(text, problems, out var error) is { } json) return (json, text);
            if (EndsWith(file, ".json"))
            {
                problems.Add("", error.Place, error.Message);
                return (null, text);
            }
        }

        if (!EndsWith(file, ".edn") && !Edn().IsMatch(text)) return ReadYaml(text, file, problems);
        return (EdnReader.ReadOne(text, problems) is { } edn ? EdnTree.Of(edn, problems) : null, text);
    }

    private static (TreeValue? Tree, string Read) ReadYaml(string text, string? file, ProblemList problems)
    {
        if (TolerantYaml.HasTabs(text) && (IsPipelineName(file) || (Jobs().IsMatch(text) && !Steps().IsMatch(text))))
        {
            var found = new ProblemList();
            if (YamlTreeReader.Read(text, found) is not null && !found.HasErrors)
                return (YamlTreeReader.Read(text, problems), text);
            if (TolerantYaml.Read(text, problems, out var read) is { } tolerated) return (tolerated, read);
        }

        return (YamlTreeReader.Read(text, problems), text);
    }

    /// <summary>A file's own name is a good name of the flow in it, unless every file of the kind has it.</summary>
    private static string NameOf(string? file, string otherwise)
    {
        var last = (file ?? "").Split('/', '\\')[^1];
        if (IsPipelineName(last) || last is "stdin" or "") return otherwise;
        var dot = last.LastIndexOf('.');
        return FlowName.Slug(dot > 0 ? last[..dot] : last) ?? otherwise;
    }

    private static bool IsPipelineName(string? file) =>
        EndsWith(file, ".nosana-ci.yml") || EndsWith(file, ".nosana-ci.yaml");

    private static bool EndsWith(string? file, string end) =>
        file?.EndsWith(end, StringComparison.OrdinalIgnoreCase) == true;

    [GeneratedRegex(@"^\s*jobs\s*:", RegexOptions.Multiline)]
    private static partial Regex Jobs();

    /// <summary>A map of EDN: its first key is a keyword, or a reader tag or comment begins the text.</summary>
    [GeneratedRegex(@"^(\s|,|;[^\n]*\n)*(\{(\s|,|;[^\n]*\n)*(:[a-z]|#_)|;)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Edn();

    [GeneratedRegex("^steps\\s*:", RegexOptions.Multiline)]
    private static partial Regex Steps();
}
