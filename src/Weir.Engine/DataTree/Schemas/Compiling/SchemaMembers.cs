using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Evaluating;
using Weir.Engine.DataTree.Schemas.Patterns;
using Weir.Engine.DataTree.Schemas.Values;

namespace Weir.Engine.DataTree.Schemas.Compiling;

/// <summary>The members of one schema object, read as the keywords need them.</summary>
internal sealed class SchemaMembers(SchemaCompiler compiler, SchemaPlace source)
{
    // Whole numbers up to here are exact in a double.
    private const int MaxCountDigits = 15;

    public SchemaPlace Source => source;

    public string Place(string keyword) => JsonPointer.Append(source.Label, keyword);

    public JsonElement? Value(string keyword) => source.Value(keyword);

    public string? Text(string keyword) => source.Text(keyword);

    /// <summary>A whole number from 0; larger ones than we count to are as good as none.</summary>
    public long? Count(string keyword)
    {
        if (Value(keyword) is not { } value || ExactNumber.Read(value) is not { } count) return null;
        if (value.TryGetInt64(out var whole)) return whole;
        return count.Digits.Length + count.Exponent > MaxCountDigits ? long.MaxValue : (long)value.GetDouble();
    }

    public SchemaNode? Schema(string keyword) =>
        Value(keyword) is { } value ? Node(source.Child(keyword, value)) : null;

    public SchemaNode[]? Schemas(string keyword) =>
        Value(keyword) is { } list
            ? [.. list.EnumerateArray().Select((item, i) => Node(source.Child(keyword, list).Child(i, item)))]
            : null;

    public IEnumerable<(string Name, SchemaNode Schema)> NamedSchemas(string keyword) =>
        Value(keyword) is { } map
            ? from entry in map.EnumerateObject()
              select (entry.Name, Node(source.Child(keyword, map).Child(entry.Name, entry.Value)))
            : [];

    public IEnumerable<string> Texts(string keyword) =>
        Value(keyword) is { } list ? list.EnumerateArray().Select(item => item.GetString()!) : [];

    /// <returns>Null when it is refused, which is a problem then.</returns>
    public LinearPattern? Pattern(string pattern, string place)
    {
        if (!compiler.HasRoomForPatterns) return null;
        var (compiled, refusal) = LinearPattern.Compile(pattern);
        if (refusal is not null)
            compiler.Problems.Add(place, $"the pattern is refused at character {refusal.Position + 1}: {refusal.Message}");
        if (compiled is not null) compiler.Count(compiled);
        return compiled;
    }

    private SchemaNode Node(SchemaPlace place) => compiler.Node(compiler.Library.Known(place));
}
