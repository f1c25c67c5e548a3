namespace Weir.Controller.Ui.Nodes;

/// <summary>
/// Reads what is typed into the search of the data tree: conditions as the API takes them, parted by blanks or
/// <c>&amp;</c>; a value with blanks stands in double quotes. A bare word is a name.
/// </summary>
public static class NodeQueryText
{
    public static IReadOnlyList<KeyValuePair<string, string>> Split(string text)
    {
        var fields = new List<KeyValuePair<string, string>>();
        foreach (var word in Words(text))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            fields.Add(equals > 0
                ? KeyValuePair.Create(word[..equals], word[(equals + 1)..])
                : KeyValuePair.Create("name", word));
        }

        return fields;
    }

    private static IEnumerable<string> Words(string text)
    {
        var word = new System.Text.StringBuilder();
        var quoted = false;
        foreach (var letter in text)
        {
            if (letter == '"') quoted = !quoted;
            else if (quoted || (letter != '&' && !char.IsWhiteSpace(letter))) word.Append(letter);
            else if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }

        if (word.Length > 0) yield return word.ToString();
    }
}
