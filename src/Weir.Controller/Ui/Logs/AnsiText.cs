using System.Globalization;
using System.Text;

namespace Weir.Controller.Ui.Logs;

/// <summary>A stretch of text that looks one way.</summary>
/// <param name="Look">Classes of the style sheet, parted by blanks; "" = plain.</param>
public readonly record struct AnsiRun(string Text, string Look);

/// <summary>
/// Colours and weights of a terminal's text (SGR of ECMA-48, 8 and 16 colours, 256 and true colours brought to the
/// nearest of these). Whatever else a terminal would obey is left out; what remains is text.
/// </summary>
public sealed class AnsiText
{
    private const char Escape = '\u001b';
    private const int MostParts = 32;
    private int _front = -1;
    private bool _bold, _dim, _italic, _underlined;

    private string Look => string.Join(' ', new[]
    {
        _front >= 0 ? string.Create(CultureInfo.InvariantCulture, $"a{_front}") : "",
        _bold ? "ab" : "", _dim ? "ad" : "", _italic ? "ai" : "", _underlined ? "au" : "",
    }.Where(part => part.Length > 0));

    /// <summary>The runs of one line; its last colour goes on in the next line that is read.</summary>
    public IReadOnlyList<AnsiRun> Read(string line)
    {
        var runs = new List<AnsiRun>();
        var text = new StringBuilder();
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] != Escape)
            {
                if (line[i] == '\t' || !char.IsControl(line[i])) text.Append(line[i]);
                continue;
            }

            var end = EndOf(line, i);
            if (end > i && line[end] == 'm' && line[i + 1] == '[')
            {
                if (text.Length > 0) runs.Add(new AnsiRun(text.ToString(), Look));
                text.Clear();
                Obey(line[(i + 2)..end]);
            }

            i = end;
        }

        if (text.Length > 0) runs.Add(new AnsiRun(text.ToString(), Look));
        return runs;
    }

    // a sequence ends by a letter (CSI), by BEL or ESC \ (OSC), or is two characters long
    private static int EndOf(string line, int escape)
    {
        if (escape + 1 >= line.Length) return escape;
        var at = escape + 2;
        switch (line[escape + 1])
        {
            case '[':
                while (at < line.Length && line[at] is < '@' or > '~') at++;
                break;
            case ']':
                while (at < line.Length && line[at] != '\a' && line[at - 1] != Escape) at++;
                break;
            default:
                at = escape + 1;
                break;
        }

        return Math.Min(at, line.Length - 1);
    }

    private void Obey(string parameters)
    {
        var codes = parameters.Split(';', MostParts)
            .Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0)
            .ToArray();
        for (var i = 0; i < codes.Length; i++)
        {
            if (codes[i] is 38 or 48) i += Extended(codes, i);
            else Obey(codes[i]);
        }
    }

    private void Obey(int code)
    {
        switch (code)
        {
            case 0:
                (_front, _bold, _dim, _italic, _underlined) = (-1, false, false, false, false);
                break;
            case 1: _bold = true; break;
            case 2: _dim = true; break;
            case 3: _italic = true; break;
            case 4: _underlined = true; break;
            case 22: (_bold, _dim) = (false, false); break;
            case 23: _italic = false; break;
            case 24: _underlined = false; break;
            case >= 30 and <= 37: _front = code - 30; break;
            case 39: _front = -1; break;
            case >= 90 and <= 97: _front = code - 90 + 8; break;
            default: break;
        }
    }

    /// <summary>Reads <c>38;5;n</c> or <c>38;2;r;g;b</c>; the answer is how many more codes belonged to it.</summary>
    private int Extended(int[] codes, int at)
    {
        if (at + 2 < codes.Length && codes[at + 1] == 5)
        {
            if (codes[at] == 38) _front = OfPalette(codes[at + 2]);
            return 2;
        }

        if (at + 4 >= codes.Length || codes[at + 1] != 2) return codes.Length;
        if (codes[at] == 38) _front = Nearest(codes[at + 2], codes[at + 3], codes[at + 4]);
        return 4;
    }

    // 16 named ones, a cube of 6 × 6 × 6, a ramp of greys
    private static int OfPalette(int n) => n switch
    {
        < 16 => n,
        < 232 => Nearest((n - 16) / 36 * 51, (n - 16) / 6 % 6 * 51, (n - 16) % 6 * 51),
        _ => n < 244 ? 8 : 7,
    };

    private static int Nearest(int red, int green, int blue)
    {
        var top = Math.Max(red, Math.Max(green, blue));
        var bits = (red > top / 2 ? 1 : 0) | (green > top / 2 ? 2 : 0) | (blue > top / 2 ? 4 : 0);
        return top < 48 ? 0 : bits + (top > 191 ? 8 : 0);
    }
}
