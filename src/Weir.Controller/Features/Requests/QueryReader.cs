using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Contracts.Problems;

namespace Weir.Controller.Features.Requests;

/// <summary>Reads a request's query and collects everything that is wrong with it.</summary>
internal sealed class QueryReader(IQueryCollection query)
{
    public const int DefaultPage = 50;
    public const int LargestPage = 500;
    private readonly List<Problem> _problems = [];

    /// <summary>What was wrong with all that was read so far.</summary>
    public IReadOnlyList<Problem> Problems => _problems;

    /// <summary>The same as an answer; null when nothing was wrong.</summary>
    public Refusal? Refusal => _problems.Count == 0 ? null : Refusal.Invalid(_problems);

    public static ValueTask<QueryReader> BindAsync(HttpContext context) => new(new QueryReader(context.Request.Query));

    public string? Text(string name, int longest = 256)
    {
        var value = (string?)query[name];
        if (string.IsNullOrEmpty(value)) return null;
        if (value.Length > longest) Wrong(name, $"at most {longest} characters");
        return value;
    }

    public long? Number(string name, long smallest, long largest)
    {
        if (Text(name) is not { } text) return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= smallest && number <= largest) return number;
        Wrong(name, $"`{text}` is not a whole number from {smallest} to {largest}");
        return null;
    }

    public DateTimeOffset? Instant(string name)
    {
        if (Text(name) is not { } text) return null;
        if (
            DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
            return instant;
        Wrong(name, $"`{text}` is not an instant such as 2026-01-31T12:00:00Z");
        return null;
    }

    /// <summary>Words separated by commas.</summary>
    public IReadOnlyList<T> Words<T>(string name)
        where T : struct, Enum
    {
        if (Text(name) is not { } text) return [];
        var known = Enum.GetValues<T>().ToDictionary(
            value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));
        List<T> found = [];
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (known.TryGetValue(word, out var value)) found.Add(value);
            else Wrong(name, $"`{word}` is none of {string.Join(", ", known.Keys)}");
        }

        return found;
    }

    /// <summary>False when left out.</summary>
    public bool Flag(string name)
    {
        if (Text(name) is not { } text) return false;
        if (bool.TryParse(text, out var value)) return value;
        Wrong(name, $"`{text}` is neither true nor false");
        return false;
    }

    public int PageSize() => (int)(Number("limit", 1, LargestPage) ?? DefaultPage);

    /// <summary>The place that a cursor of this kind of list stands for.</summary>
    public string? Cursor(string kind)
    {
        if (Text("cursor") is not { } text) return null;
        if (PageCursor.TryRead(kind, text, out var place)) return place;
        Wrong("cursor", "this is not the `next` of a page of this list");
        return null;
    }

    private void Wrong(string name, string message) => _problems.Add(new Problem(name, 0, 0, message));
}
