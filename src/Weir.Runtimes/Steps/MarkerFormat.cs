using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Weir.Runtimes.Steps;

/// <summary>
/// The marks that the gate shell writes into both streams where a command begins: a record separator, a random nonce of
/// the attempt, the command's index (8 digits), the exit code of the command before it (3 digits), a record separator.
/// Without the nonce nothing is a mark, so output of any bytes passes unchanged.
/// </summary>
internal sealed class MarkerFormat(string nonce)
{
    private const byte Separator = 0x1e;
    private const int IndexDigits = 8;
    private const int CodeDigits = 3;
    private readonly byte[] _start = [Separator, .. Encoding.ASCII.GetBytes(nonce)];

    /// <summary>Bytes of a mark.</summary>
    public int Length => _start.Length + IndexDigits + CodeDigits + 1;

    /// <summary>
    /// A shell command that writes the mark to a file; <c>$WEIR_STATUS</c> is the code, 0 when not given.
    /// </summary>
    public string ShellText(int index, bool hasStatus, string quotedFile)
    {
        var number = index.ToString(CultureInfo.InvariantCulture).PadLeft(IndexDigits, '0');
        var status = hasStatus ? "\"$WEIR_STATUS\"" : "0";
        return $@"command printf '\036%s%03d\036' '{nonce}{number}' {status} >{quotedFile} || :";
    }

    /// <summary>
    /// Looks at the front of <paramref name="data"/>: either so many bytes are plain output, or a mark stands there, or
    /// neither can be told before more has come.
    /// </summary>
    public MarkerScan Scan(ReadOnlySpan<byte> data, bool atEnd)
    {
        var found = data.IndexOf(_start);
        if (found > 0) return new MarkerScan(found, null);
        if (found < 0) return new MarkerScan(atEnd ? data.Length : data.Length - HeldBack(data), null);
        if (data.Length < Length) return new MarkerScan(atEnd ? data.Length : 0, null);
        return TryParse(data[..Length], out var mark) ? new MarkerScan(0, mark) : new MarkerScan(1, null);
    }

    private bool TryParse(ReadOnlySpan<byte> text, out Mark mark)
    {
        mark = default;
        var digits = text[_start.Length..^1];
        if (text[^1] != Separator || digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0) return false;
        _ = Utf8Parser.TryParse(digits[..IndexDigits], out int index, out _);
        _ = Utf8Parser.TryParse(digits[IndexDigits..], out int code, out _);
        mark = new Mark(index, code);
        return true;
    }

    // A separator stands only at the front of a mark's start, so only what follows one can be a beginning.
    private int HeldBack(ReadOnlySpan<byte> data)
    {
        var tail = data[Math.Max(0, data.Length - _start.Length + 1)..];
        while (tail.IndexOf(Separator) is var at and >= 0)
        {
            tail = tail[at..];
            if (_start.AsSpan().StartsWith(tail)) return tail.Length;
            tail = tail[1..];
        }

        return 0;
    }
}

/// <summary>A command begins; the one before it ended with <paramref name="Status"/>.</summary>
internal readonly record struct Mark(int Index, int Status);

/// <summary><paramref name="Plain"/> bytes of output, or a mark; neither when more bytes are needed.</summary>
internal readonly record struct MarkerScan(int Plain, Mark? Mark);
