using System.CommandLine.Parsing;
using System.Text.Json;

namespace Weir.Cli;

/// <summary>Options whose values are the words of an enum, as the API spells them.</summary>
internal static class Choices
{
    public static T One<T>(ArgumentResult result)
        where T : struct, Enum => Many<T>(result) is [.., var last] ? last : default;

    public static T[] Many<T>(ArgumentResult result)
        where T : struct, Enum
    {
        var known = Enum.GetValues<T>().ToDictionary(
            value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()), StringComparer.OrdinalIgnoreCase);
        var found = new List<T>(result.Tokens.Count);
        foreach (var word in result.Tokens.Select(token => token.Value))
        {
            if (known.TryGetValue(word, out var value)) found.Add(value);
            else result.AddError($"'{word}' is none of {string.Join(", ", known.Keys)}");
        }

        return [.. found];
    }
}
