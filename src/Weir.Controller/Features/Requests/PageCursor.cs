using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Weir.Controller.Features.Requests;

/// <summary>Where a list goes on, as text that says nothing to its bearer and fits one kind of list.</summary>
internal static class PageCursor
{
    public static string Write(string kind, string place) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{kind}:{place}"));

    public static bool TryRead(string kind, string cursor, out string place)
    {
        place = "";
        var bytes = new byte[Base64Url.GetMaxDecodedLength(cursor.Length)];
        if (Base64Url.DecodeFromChars(cursor, bytes, out _, out var length) != OperationStatus.Done) return false;
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        if (!text.StartsWith(kind + ":", StringComparison.Ordinal)) return false;
        place = text[(kind.Length + 1)..];
        return place.Length > 0;
    }
}
