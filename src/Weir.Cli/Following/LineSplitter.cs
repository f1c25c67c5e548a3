using System.Text;

namespace Weir.Cli.Following;

/// <summary>Cuts bytes into lines of text; a line that never ends is cut too, so that memory stays bounded.</summary>
internal sealed class LineSplitter(Action<string> emit)
{
    private const int LongestLine = 16 * 1024;
    private readonly List<byte> _open = [];

    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var end = bytes.IndexOf((byte)'\n');
            var part = end < 0 ? bytes : bytes[..end];
            var room = LongestLine - _open.Count;
            if (part.Length > room)
            {
                _open.AddRange(part[..room]);
                bytes = bytes[room..];
                Emit();
                continue;
            }

            _open.AddRange(part);
            bytes = bytes[(end < 0 ? part.Length : end + 1)..];
            if (end >= 0) Emit();
        }
    }

    /// <summary>What was written without a newline at the end.</summary>
    public void End()
    {
        if (_open.Count > 0) Emit();
    }

    private void Emit()
    {
        var line = Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_open));
        _open.Clear();
        emit(line.TrimEnd('\r'));
    }
}
