using System.Text.Json;
using Weir.Cli.Commands.Runs;

namespace Weir.Cli.Commands;

/// <summary>Reads values of options that the parser takes as text.</summary>
internal static class Given
{
    public static TimeSpan? Duration(string option, string? text)
    {
        if (text is null) return null;
        return Contracts.Text.Duration.TryParse(text, out var value)
            ? value
            : throw CliException.Usage($"{option}: '{text}' is no duration; expected something like 90s, 10m or 1h30m");
    }

    /// <summary><c>name=value</c> pairs; a later one of the same name is a mistake.</summary>
    public static Dictionary<string, string> Pairs(string option, IEnumerable<string>? pairs)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs ?? [])
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at < 1) throw CliException.Usage($"{option}: '{pair}' is not of the form name=value");
            if (!all.TryAdd(pair[..at], pair[(at + 1)..]))
                throw CliException.Usage($"{option}: '{pair[..at]}' is given twice");
        }

        return all;
    }

    /// <summary>Parameters of a run, as texts: the planner turns them into the types that the flow declares.</summary>
    public static Dictionary<string, JsonElement> Params(string option, IEnumerable<string>? pairs) =>
        Pairs(option, pairs).ToDictionary(
            pair => pair.Key, pair => JsonSerializer.SerializeToElement(pair.Value, TextJson.Default.String));
}
