using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Weir.Engine.Definitions;

/// <summary>
/// Builds the same tree from JSON, whose escapes, tabs and duplicate keys YAML readers take differently.
/// </summary>
internal sealed class JsonTreeReader
{
    private readonly byte[] _bytes;
    private readonly ProblemList _problems;
    private int _lineStart;
    private int _line = 1;
    private int _measured;

    private JsonTreeReader(byte[] bytes, ProblemList problems)
    {
        _bytes = bytes;
        _problems = problems;
    }

    /// <summary>
    /// Null when the text is no JSON: then <paramref name="error"/> says why and nothing else was reported.
    /// </summary>
    public static TreeValue? Read(string text, ProblemList problems, out (Place Place, string Message) error)
    {
        var found = new ProblemList();
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = YamlTreeReader.MaxDepth });
        try
        {
            reader.Read();
            var root = new JsonTreeReader(bytes, found).ReadValue(ref reader, "");
            reader.Read();
            error = default;
            foreach (var problem in found.InOrder())
                problems.Add(problem.Path, new Place(problem.Line, problem.Column), problem.Message);
            return root;
        }
        catch (JsonException wrong)
        {
            error = (
                new Place((int)(wrong.LineNumber ?? 0) + 1, (int)(wrong.BytePositionInLine ?? 0) + 1), Explain(wrong));
        }
        catch (InvalidOperationException wrong)
        {
            error = (new Place(1, 1), wrong.Message);
        }

        return null;
    }

    private TreeValue ReadValue(ref Utf8JsonReader reader, string path)
    {
        var place = PlaceOf((int)reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                var items = ImmutableArray.CreateBuilder<TreeValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(ReadValue(ref reader, TreePath.Item(path, items.Count)));
                return new TreeList(items.ToImmutable(), place);
            case JsonTokenType.StartObject:
                return ReadMap(ref reader, path, place);
            case JsonTokenType.String:
                return ReadText(ref reader, path, place);
            default:
                return new TreeText(Encoding.UTF8.GetString(reader.ValueSpan), true, place) { FirstCharacter = place };
        }
    }

    private TreeMap ReadMap(ref Utf8JsonReader reader, string path, Place place)
    {
        var entries = new Dictionary<string, TreeEntry>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = ReadText(ref reader, path, PlaceOf((int)reader.TokenStartIndex));
            reader.Read();
            var keyPath = TreePath.Key(path, key.Value);
            var value = ReadValue(ref reader, keyPath);
            if (!entries.TryAdd(key.Value, new TreeEntry(key, value)))
                _problems.Add(
                    keyPath,
                    key.Place,
                    $"the key `{key.Value}` stands already at line {entries[key.Value].Key.Place.Line}");
        }

        return new TreeMap([.. entries.Values], place);
    }

    private TreeText ReadText(ref Utf8JsonReader reader, string path, Place place)
    {
        var value = reader.GetString()!;
        if (value.Contains('\0')) _problems.Add(path, place, "a text must not hold the character NUL");
        return new TreeText(value, false, place)
        {
            FirstCharacter = reader.ValueIsEscaped ? null : place with { Column = place.Column + 1 },
        };
    }

    // Tokens come in order, so counting goes on from the last one.
    private Place PlaceOf(int index)
    {
        for (; _measured < index; _measured++)
        {
            if (_bytes[_measured] != '\n') continue;
            _line++;
            _lineStart = _measured + 1;
        }

        return new Place(_line, Encoding.UTF8.GetCharCount(_bytes.AsSpan(_lineStart, index - _lineStart)) + 1);
    }

    private static string Explain(JsonException error)
    {
        var end = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return $"this is not JSON: {(end < 0 ? error.Message : error.Message[..end])}";
    }
}
