using System.Text;

namespace Weir.Cli.Output;

/// <summary>
/// Lines at the foot of the terminal that are drawn again in place, with other lines passing above them. Off a terminal
/// nothing is redrawn and only the passing lines appear.
/// </summary>
internal sealed class LiveRegion(CliHost host)
{
    private IReadOnlyList<string> _shown = [];

    public bool IsLive => host.IsTerminal;

    /// <summary>A line that stays.</summary>
    public void Pass(string line)
    {
        if (_shown.Count == 0)
        {
            host.Output.Write(line + "\n");
            return;
        }

        var text = Erase().Append(line).Append('\n');
        Draw(text, _shown);
    }

    public void Show(IReadOnlyList<string> lines)
    {
        if (!IsLive) return;
        var text = Erase();
        Draw(text, lines);
        _shown = lines;
    }

    /// <summary>Takes the region away; what passed stays.</summary>
    public void Clear()
    {
        if (_shown.Count > 0) host.Output.Write(Erase().ToString());
        _shown = [];
    }

    private StringBuilder Erase()
    {
        var text = new StringBuilder();
        if (_shown.Count > 0) text.Append("\e[").Append(_shown.Count).Append("F\e[J");
        return text;
    }

    private void Draw(StringBuilder text, IReadOnlyList<string> lines)
    {
        // a line that wraps would count as two and break the erasing; wide letters may still wrap, so that is off too
        text.Append("\e[?7l");
        foreach (var line in lines) text.Append(TerminalText.Cut(line, host.Width())).Append('\n');
        host.Output.Write(text.Append("\e[?7h").ToString());
    }
}
