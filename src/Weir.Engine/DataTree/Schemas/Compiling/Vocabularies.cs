using System.Text.Json;

namespace Weir.Engine.DataTree.Schemas.Compiling;

/// <summary>Which of the standard vocabularies a schema is written in.</summary>
[Flags]
internal enum Vocabularies
{
    Core = 0,
    Applicator = 1,
    Unevaluated = 2,
    Validation = 4,
    FormatAssertion = 8,
    Standard = Applicator | Unevaluated | Validation,
}

/// <summary>Reads the <c>$vocabulary</c> of a meta-schema.</summary>
internal static class VocabularyReader
{
    private const string Prefix = "https://json-schema.org/draft/2020-12/vocab/";

    /// <param name="unknown">The vocabularies that must be understood and are not.</param>
    public static Vocabularies Read(JsonElement metaSchema, out IReadOnlyList<string> unknown)
    {
        unknown = [];
        if (metaSchema.ValueKind != JsonValueKind.Object || !metaSchema.TryGetProperty("$vocabulary", out var listed))
            return Vocabularies.Standard;
        var known = Vocabularies.Core;
        var strange = new List<string>();
        foreach (var vocabulary in listed.EnumerateObject())
        {
            if (Find(vocabulary.Name) is { } found) known |= found;
            else if (vocabulary.Value.ValueKind == JsonValueKind.True) strange.Add(vocabulary.Name);
        }

        unknown = strange;
        return known;
    }

    private static Vocabularies? Find(string uri) =>
        !uri.StartsWith(Prefix, StringComparison.Ordinal) ? null : uri[Prefix.Length..] switch
        {
            "core" or "meta-data" or "content" or "format-annotation" => Vocabularies.Core,
            "applicator" => Vocabularies.Applicator,
            "unevaluated" => Vocabularies.Unevaluated,
            "validation" => Vocabularies.Validation,
            "format-assertion" => Vocabularies.FormatAssertion,
            _ => null,
        };
}
