using System.Text;

namespace Weir.Cli.Output;

/// <summary>Aligned columns with a title row.</summary>
internal sealed class Table<T>(IReadOnlyList<Column<T>> columns)
{
    private const string Gap = "  ";

    public IReadOnlyList<string> Lines(IEnumerable<T> items, Palette palette)
    {
        var rows = items.ToList();
        var cells = rows.Select(row => columns.Select(column => column.Text(row) ?? "").ToArray()).ToList();
        var widths = columns.Select(
            (column, i) => cells.Select(line => line[i].Length).Append(column.Title.Length).Max()).ToArray();
        var lines =
            new List<string>(rows.Count + 1) { palette.Dim(Join(columns.Select(column => column.Title), widths)) };
        for (var r = 0; r < rows.Count; r++) lines.Add(Line(rows[r], cells[r], widths, palette));
        return lines;
    }

    private string Line(T row, string[] cells, int[] widths, Palette palette)
    {
        var text = new StringBuilder();
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0) text.Append(Gap);
            var padded = i == cells.Length - 1 ? cells[i] : cells[i].PadRight(widths[i]);
            text.Append(columns[i].Paint is { } paint ? paint(palette, row, padded) : padded);
        }

        return text.ToString().TrimEnd();
    }

    private static string Join(IEnumerable<string> cells, int[] widths) =>
        string.Join(Gap, cells.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd();
}

/// <summary>One column: what it is called, what it shows of an item and, where that helps, its colour.</summary>
internal sealed record Column<T>(string Title, Func<T, string?> Text)
{
    public Func<Palette, T, string, string>? Paint { get; init; }
}
