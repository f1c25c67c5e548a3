using System.Text;

namespace Weir.Engine.Definitions.Formats;

/// <summary>
/// Reads YAML that is indented by tabs, which YAML forbids but people write: tabs become so many spaces that the text
/// makes sense, with a warning. Columns in problems stay those of the text as it is written.
/// </summary>
internal static class TolerantYaml
{
    private static readonly int[] Widths = [2, 4, 8, 1];

    /// <summary>Null when no width makes the text readable.</summary>
    public static TreeValue? Read(string text, ProblemList problems, out string read)
    {
        foreach (var width in Widths)
        {
            read = Widen(text, width);
            var found = new ProblemList();
            if (YamlTreeReader.Read(read, found) is not { } tree || found.HasErrors) continue;
            problems.Warn(
                "", FirstTab(text)!.Value, $"a tab indents this line, which YAML forbids: taken as {width} spaces");
            var lines = text.ReplaceLineEndings("\n").Split('\n');
            problems.Relocate = place => Original(lines, width, place);
            return tree;
        }

        read = text;
        return null;
    }

    public static bool HasTabs(string text) => FirstTab(text) is not null;

    private static Place? FirstTab(string text)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line[..IndentOf(line)].IndexOf('\t') is >= 0 and var at) return new Place(number, at + 1);
        }

        return null;
    }

    private static string Widen(string text, int width)
    {
        var wide = new StringBuilder(text.Length);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var indent = IndentOf(line);
            foreach (var c in line[..indent]) wide.Append(' ', c == '\t' ? width : 1);
            wide.Append(line[indent..]).Append('\n');
        }

        return wide.ToString();
    }

    private static Place Original(string[] lines, int width, Place place)
    {
        if (place.Line < 1 || place.Line > lines.Length) return place;
        var line = lines[place.Line - 1];
        var (column, at) = (1, 0);
        while (at < IndentOf(line) && column < place.Column) column += line[at++] == '\t' ? width : 1;
        return place with { Column = Math.Max(1, at + 1 + place.Column - column) };
    }

    private static int IndentOf(ReadOnlySpan<char> line) =>
        line.IndexOfAnyExcept(' ', '\t') is >= 0 and var indent ? indent : line.Length;
}
