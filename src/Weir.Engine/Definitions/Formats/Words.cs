using System.Text;
using System.Text.RegularExpressions;

namespace Weir.Engine.Definitions.Formats;

/// <summary>
/// Commands that are run without a shell: split into words as Nostromo does, and written so that a shell sees exactly
/// those words.
/// </summary>
internal static partial class Words
{
    /// <summary>
    /// Blanks part words; single quotes keep all, double quotes all but <c>\"</c> and <c>\\</c>; a backslash keeps the
    /// next character. A quote that is never closed reaches to the end.
    /// </summary>
    public static IReadOnlyList<string> Split(string command)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var isOpen = false;
        var quote = '\0';
        for (var i = 0; i < command.Length; i++)
        {
            var c = command[i];
            var escapes = c == '\\' && quote != '\'' && i + 1 < command.Length
                && (quote == '\0' || command[i + 1] is '"' or '\\');
            if (escapes) word.Append(command[++i]);
            else if (c == quote) quote = '\0';
            else if (quote == '\0' && c is '\'' or '"' && quote == '\0') quote = c;
            else if (quote == '\0' && char.IsWhiteSpace(c)) Close();
            else word.Append(c);
            isOpen |= escapes || quote != '\0' || !char.IsWhiteSpace(c);
        }

        Close();
        return words;

        void Close()
        {
            if (isOpen) words.Add(word.ToString());
            word.Clear();
            isOpen = false;
        }
    }

    /// <summary>As a shell command that runs a program with exactly these words.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(
        ' ', words.Select((word, i) => Quote(word, isFirst: i == 0)));

    public static string Quote(string word, bool isFirst = false) =>
        Harmless().IsMatch(word) && !(isFirst && word.Contains('=')) ? word
        : $"'{word.Replace("'", "'\"'\"'", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"^[A-Za-z0-9_./:=@%+,-]+\z")]
    private static partial Regex Harmless();
}
