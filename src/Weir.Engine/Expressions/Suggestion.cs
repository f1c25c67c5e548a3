namespace Weir.Engine.Expressions;

/// <summary>Finds what was probably meant by a misspelt name.</summary>
internal static class Suggestion
{
    private const int MaxLength = 64;
    private const int MaxListed = 8;

    /// <summary><c>": did you mean `commands`?"</c>, or what there is when that is little, or the empty text.</summary>
    public static string DidYouMean(string given, IReadOnlyCollection<string> known)
    {
        if (Nearest(given, known) is { } near) return $": did you mean `{near}`?";
        return known.Count is > 0 and <= MaxListed ? $": known are {string.Join(", ", known)}" : "";
    }

    public static string? Nearest(string given, IEnumerable<string> known)
    {
        if (given.Length is 0 or > MaxLength) return null;
        string? best = null;
        var limit = Math.Max(1, (given.Length + 1) / 3);
        var bestDistance = limit + 1;
        foreach (var name in known)
        {
            if (name.Length > MaxLength || Math.Abs(name.Length - given.Length) > limit) continue;
            var distance = Distance(Fold(given), Fold(name));
            if (distance >= bestDistance) continue;
            (best, bestDistance) = (name, distance);
        }

        return best;
    }

    private static string Fold(string text) => text.ToLowerInvariant().Replace('-', '_');

    /// <summary>Edits to turn one into the other: insert, delete, replace, or swap two neighbours.</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replace, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[a.Length, b.Length];
    }
}
