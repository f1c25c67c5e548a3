namespace Weir.Engine.DataTree.Schemas.Values;

/// <summary>
/// Resolves references as RFC 3986 §5.2 says. The framework's own class rewrites some URIs, of which the registry
/// must see the text as it was written.
/// </summary>
internal static class UriReference
{
    /// <summary>Splits off what follows the <c>#</c>, and decodes it.</summary>
    public static (string Uri, string Fragment) Split(string reference)
    {
        var hash = reference.IndexOf('#');
        return hash < 0 ? (reference, "") : (reference[..hash], Uri.UnescapeDataString(reference[(hash + 1)..]));
    }

    /// <summary>Both without fragment; an empty reference is the base itself.</summary>
    public static string Resolve(string baseUri, string reference)
    {
        if (reference.Length == 0) return baseUri;
        if (SchemeEnd(reference) > 0) return reference;
        var scheme = SchemeEnd(baseUri);
        var start = scheme > 0 ? scheme + 1 : 0;
        if (reference.StartsWith("//", StringComparison.Ordinal)) return baseUri[..start] + reference;
        var path = PathStart(baseUri, start);
        if (reference[0] == '/') return baseUri[..path] + WithoutDots(reference);
        var basePath = baseUri[path..].Split('?')[0];
        if (reference[0] == '?') return baseUri[..path] + basePath + reference;
        var folder = basePath[..(basePath.LastIndexOf('/') + 1)];
        if (folder.Length == 0 && path > start) folder = "/";
        return baseUri[..path] + WithoutDots(folder + reference);
    }

    public static int SchemeEnd(string uri)
    {
        if (uri.Length == 0 || !char.IsAsciiLetter(uri[0])) return -1;
        for (var i = 1; i < uri.Length; i++)
        {
            if (uri[i] == ':') return i;
            if (!char.IsAsciiLetterOrDigit(uri[i]) && uri[i] is not ('+' or '-' or '.')) return -1;
        }

        return -1;
    }

    private static int PathStart(string uri, int start)
    {
        if (string.CompareOrdinal(uri, start, "//", 0, 2) != 0) return start;
        var end = uri.AsSpan(start + 2).IndexOfAny('/', '?');
        return end < 0 ? uri.Length : start + 2 + end;
    }

    private static string WithoutDots(string path)
    {
        var query = path.IndexOf('?');
        var segments = (query < 0 ? path : path[..query]).Split('/');
        var kept = new List<string>();
        for (var i = 0; i < segments.Length; i++)
        {
            var last = i == segments.Length - 1;
            if (segments[i] is not ("." or ".."))
            {
                kept.Add(segments[i]);
                continue;
            }

            if (segments[i] == ".." && kept.Count > 1) kept.RemoveAt(kept.Count - 1);
            if (last) kept.Add("");
        }

        return string.Join('/', kept) + (query < 0 ? "" : path[query..]);
    }
}
