using Weir.Contracts.Problems;
using Weir.Engine.Expressions;

namespace Weir.Engine.Triggers;

/// <summary>Reads one cron expression.</summary>
internal sealed class CronParser(string text)
{
    private const int MaxLength = 1000;

    private static readonly Dictionary<string, string> Macros = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@hourly"] = "0 * * * *",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@weekly"] = "0 0 * * 0",
        ["@monthly"] = "0 0 1 * *",
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
    };

    private readonly List<Problem> _problems = [];

    public (CronExpression? Expression, IReadOnlyList<Problem> Problems) Parse()
    {
        var expression = text.Length > MaxLength ? Refuse(MaxLength, $"is longer than {MaxLength} characters") : Read();
        return _problems.Count == 0 ? (expression, []) : (null, _problems);
    }

    private CronExpression? Read()
    {
        var words = Words(text);
        if (words.Count == 0) return Refuse(0, "is empty: write five fields, minute, hour, day of the month, month and day of the week");
        if (words[0].Word.StartsWith('@'))
        {
            if (words.Count > 1) Refuse(words[1].Start, "nothing may follow a name such as @daily");
            return Macros.TryGetValue(words[0].Word, out var macro)
                ? new CronParser(macro).Read()! with { Text = text }
                : Refuse(words[0].Start, $"`{words[0].Word}` is no name of a schedule{Suggestion.DidYouMean(words[0].Word, Macros.Keys)}");
        }

        if (words.Count is not (5 or 6))
        {
            var years = words.Count == 7 ? "; a field for years is not supported" : "";
            return Refuse(words[^1].Start, $"has {words.Count} fields, but needs 5, or 6 with the seconds first{years}");
        }

        return ReadFields(words.Count == 5 ? [("0", 0), .. words] : words);
    }

    private CronExpression? ReadFields(List<(string Word, int Start)> words)
    {
        var times = new CronTimes(
            Field(CronFieldKind.Second, words[0]).Field, Field(CronFieldKind.Minute, words[1]).Field,
            Field(CronFieldKind.Hour, words[2]).Field);
        var ofMonth = Field(CronFieldKind.DayOfMonth, words[3]);
        var months = Field(CronFieldKind.Month, words[4]);
        var ofWeek = Field(CronFieldKind.DayOfWeek, words[5]);
        if (_problems.Count > 0) return null;
        var days = new CronDays(months.Field, ofMonth.Field, ofWeek.Field)
        {
            LastOfMonth = ofMonth.IsLast,
            Nth = ofWeek.Nth,
        };
        return days.EverCome
            ? new CronExpression(text, times, days)
            : Refuse(words[3].Start, "never comes: no year has such a day in such a month");
    }

    private CronFieldReader Field(CronFieldKind kind, (string Word, int Start) word)
    {
        var reader = new CronFieldReader(kind, word.Word, (at, message) => Refuse(word.Start + at, message));
        reader.Read();
        return reader;
    }

    private CronExpression? Refuse(int start, string message)
    {
        _problems.Add(new Problem("", 1, start + 1, message));
        return null;
    }

    private static List<(string Word, int Start)> Words(string text)
    {
        var words = new List<(string, int)>();
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsWhiteSpace(text[i])) continue;
            var start = i;
            while (i < text.Length && !char.IsWhiteSpace(text[i])) i++;
            words.Add((text[start..i], start));
        }

        return words;
    }
}
