using System.Text;

namespace Weir.Cli.Output;

/// <summary>Text with colours in it, measured as a terminal shows it.</summary>
internal static class TerminalText
{
    private const char Escape = '\e';

    /// <summary>At most so many columns; what was cut off is told by an ellipsis.</summary>
    public static string Cut(string line, int columns)
    {
        if (line.Length <= columns || Columns(line) <= columns) return line;
        var cut = new StringBuilder(line.Length);
        var shown = 0;
        var painted = false;
        for (var at = 0; at < line.Length && shown < columns - 1;)
        {
            var length = line[at] == Escape ? EscapeLength(line, at) : 1;
            painted |= line[at] == Escape;
            if (line[at] != Escape) shown++;
            cut.Append(line, at, length);
            at += length;
        }

        return cut.Append('…').Append(painted ? "\e[0m" : "").ToString();
    }

    /// <summary>Lines of at most so many columns, broken at blanks; a word that is longer stays whole.</summary>
    public static IEnumerable<string> Wrap(string text, int columns)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > columns)
            {
                yield return line.ToString();
                line.Clear();
            }

            if (line.Length > 0) line.Append(' ');
            line.Append(word);
        }

        yield return line.ToString();
    }

    private static int Columns(string line)
    {
        var columns = 0;
        for (var at = 0; at < line.Length;)
        {
            if (line[at] != Escape) columns++;
            at += line[at] == Escape ? EscapeLength(line, at) : 1;
        }

        return columns;
    }

    private static int EscapeLength(string line, int at)
    {
        var end = line.IndexOf('m', at);
        return end < 0 ? line.Length - at : end - at + 1;
    }
}
