using System.Text;
using Weir.Runtimes.Steps;

namespace Weir.Tests.Runtimes.Steps;

public sealed class MarkerFormatTests
{
    private const string Nonce = "0123456789abcdef0123456789abcdef";
    private static readonly MarkerFormat Format = new(Nonce);

    [Fact]
    public void A_mark_is_found_behind_the_output_before_it()
    {
        var data = Bytes($"hello\u001e{Nonce}00000012042\u001eworld");
        Assert.Equal(new MarkerScan(5, null), Format.Scan(data, atEnd: false));
        Assert.Equal(new MarkerScan(0, new Mark(12, 42)), Format.Scan(data.AsSpan(5), atEnd: false));
        Assert.Equal(new MarkerScan(5, null), Format.Scan(data.AsSpan(5 + Format.Length), atEnd: false));
    }

    [Fact]
    public void Wherever_a_read_cuts_it_the_output_and_the_mark_are_the_same()
    {
        var data = Bytes($"a\u001e\u001eb\u001e{Nonce}00000001000\u001ec\u001e01\u001e{Nonce}00000002003\u001e\u001e");
        var (expectedText, expectedMarks) = Parse([data]);
        Assert.Equal("a\u001e\u001e" + "bc\u001e" + "01\u001e", expectedText);
        Assert.Equal([new Mark(1, 0), new Mark(2, 3)], expectedMarks);
        for (var cut = 0; cut <= data.Length; cut++)
        {
            var (text, marks) = Parse([data[..cut], data[cut..]]);
            Assert.Equal(expectedText, text);
            Assert.Equal(expectedMarks, marks);
        }

        var (slowText, slowMarks) = Parse(data.Select(single => new[] { single }));
        Assert.Equal(expectedText, slowText);
        Assert.Equal(expectedMarks, slowMarks);
    }

    [Theory]
    [InlineData("00000001000x")]
    [InlineData("0000000a000\u001e")]
    [InlineData("00000001-01\u001e")]
    [InlineData("0000")]
    public void What_only_begins_as_a_mark_is_output(string rest)
    {
        var data = Bytes($"\u001e{Nonce}{rest} and more and more and more");
        var (text, marks) = Parse([data]);
        Assert.Equal(Encoding.Latin1.GetString(data), text);
        Assert.Empty(marks);
    }

    [Fact]
    public void Plain_output_is_never_held_back() =>
        Assert.Equal(new MarkerScan(4, null), Format.Scan(Bytes("text"), atEnd: false));

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static (string Text, List<Mark> Marks) Parse(IEnumerable<byte[]> reads)
    {
        var (text, marks, rest) = (new StringBuilder(), new List<Mark>(), Array.Empty<byte>());
        List<byte[]> all = [.. reads, []];
        foreach (var (index, read) in all.Index())
        {
            rest = [.. rest, .. read];
            while (Format.Scan(rest, atEnd: index == all.Count - 1) is var scan
                && (scan.Plain > 0 || scan.Mark is not null))
            {
                text.Append(Encoding.Latin1.GetString(rest[..scan.Plain]));
                if (scan.Mark is { } mark) marks.Add(mark);
                rest = rest[(scan.Mark is null ? scan.Plain : Format.Length)..];
            }
        }

        Assert.Empty(rest);
        return (text.ToString(), marks);
    }
}
