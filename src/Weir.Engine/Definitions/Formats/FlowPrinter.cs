using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Weir.Contracts.Problems;

namespace Weir.Engine.Definitions.Formats;

/// <summary>
/// Prints a native tree as YAML that reads as the same tree. What was told while it was converted stands as a comment
/// above the step that it is about, or at the top.
/// </summary>
internal sealed partial class FlowPrinter
{
    private static readonly HashSet<string> Words =
        new(["true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"], StringComparer.OrdinalIgnoreCase);

    private readonly StringBuilder _text = new();
    private readonly Queue<Problem> _notes;

    private FlowPrinter(IReadOnlyList<Problem> notes) => _notes = new Queue<Problem>(notes);

    public static string Print(TreeMap flow, string format, IReadOnlyList<Problem> notes)
    {
        var printer = new FlowPrinter(notes);
        if (format != FlowSource.NativeFormat) printer._text.Append("# Converted from ").Append(format).Append(".\n");
        printer.Flow(flow);
        return printer._text.ToString();
    }

    private void Flow(TreeMap flow)
    {
        var steps = flow["steps"] as TreeList;
        var first = steps?.Items.FirstOrDefault()?.Place.Line ?? int.MaxValue;
        Notes(first, 0);
        foreach (var (key, value) in flow.Entries.Where(e => e.Key.Value != "steps")) Entry(key, value, 0);
        if (steps is null)
        {
            if (flow["steps"] is { } single) Entry(Native.Text("steps", single.Place), single, 0);
            return;
        }

        _text.Append("steps:\n");
        for (var i = 0; i < steps.Items.Length; i++)
        {
            if (i > 0) _text.Append('\n');
            Notes(i + 1 < steps.Items.Length ? steps.Items[i + 1].Place.Line : int.MaxValue, 2);
            Item(steps.Items[i], 2);
        }
    }

    private void Notes(int beforeLine, int indent)
    {
        while (_notes.TryPeek(out var note) && note.Line < beforeLine)
        {
            _notes.Dequeue();
            var message = note.Message.ReplaceLineEndings(" ");
            var shown = string.Concat(message.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c));
            _text.Append(' ', indent).Append(CultureInfo.InvariantCulture, $"# line {note.Line}: {shown}\n");
        }
    }

    private void Entry(TreeText key, TreeValue value, int indent)
    {
        _text.Append(' ', indent).Append(Scalar(key.Value, indent)).Append(':');
        switch (value)
        {
            case TreeMap { Entries.IsEmpty: false } map:
                _text.Append('\n');
                foreach (var (inner, item) in map.Entries) Entry(inner, item, indent + 2);
                break;
            case TreeList { Items.IsEmpty: false } list when list.Items.All(IsShort):
                _text.Append(" [").AppendJoin(", ", list.Items.Select(i => Value((TreeText)i, indent))).Append("]\n");
                break;
            case TreeList { Items.IsEmpty: false } list:
                _text.Append('\n');
                foreach (var item in list.Items) Item(item, indent + 2);
                break;
            default:
                _text.Append(' ').Append(Value(value, indent)).Append('\n');
                break;
        }
    }

    private void Item(TreeValue item, int indent)
    {
        if (item is not TreeMap { Entries.IsEmpty: false } map)
        {
            _text.Append(' ', indent).Append("- ").Append(Value(item, indent)).Append('\n');
            return;
        }

        var start = _text.Length;
        foreach (var (key, value) in map.Entries) Entry(key, value, indent + 2);
        _text[start + indent] = '-';
    }

    private static bool IsShort(TreeValue value) =>
        value is TreeText { Value.Length: < 30 } text && Simple().IsMatch(text.Value);

    private static string Value(TreeValue value, int indent) => value switch
    {
        TreeText text when text.IsNull || text.Boolean is not null || text.Number is not null =>
            text.Value.Length == 0 ? "null" : text.Value,
        TreeText text => Scalar(text.Value, indent),
        TreeList list => "[" + string.Join(", ", list.Items.Select(i => Value(i, indent))) + "]",
        TreeMap map => "{" + string.Join(
            ", ", map.Entries.Select(e => $"{Quoted(e.Key.Value)}: {Value(e.Value, indent)}")) + "}",
        _ => "null",
    };

    private static string Scalar(string text, int indent)
    {
        if (IsBlock(text))
        {
            var lead = "\n" + new string(' ', indent + 2);
            var lines = text.EndsWith('\n') ? text[..^1] : text;
            return (text.EndsWith('\n') ? "|" : "|-") + lead + lines.Replace("\n", lead, StringComparison.Ordinal);
        }

        var plain = Plain().IsMatch(text) && !Words.Contains(text) && !text.EndsWith(' ')
            && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal)
            && !text.EndsWith(':') && !decimal.TryParse(text, CultureInfo.InvariantCulture, out _);
        return plain ? text : Quoted(text);
    }

    /// <summary>Whether a block of lines shows it without any change.</summary>
    private static bool IsBlock(string text) =>
        text.TrimEnd('\n').Contains('\n') && text[0] is not (' ' or '\n' or '\t')
        && !text.EndsWith("\n\n", StringComparison.Ordinal)
        && !text.Split('\n')[..^1].Any(line => line.Length > 0 && string.IsNullOrWhiteSpace(line))
        && text.All(c => c is '\n' or '\t' or (>= ' ' and <= '~')) && !text.EndsWith(' ');

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '\n' => "\\n",
                '\t' => "\\t",
                '\r' => "\\r",
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' => $"\\u{(int)c:X4}",
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    [GeneratedRegex("^[A-Za-z_./][A-Za-z0-9_./ @+=~^()$:%<>*?;!&'\"|#,\\[\\]{}-]*$")]
    private static partial Regex Plain();

    [GeneratedRegex("^[A-Za-z_./][A-Za-z0-9_./ @+=-]*$")]
    private static partial Regex Simple();
}
