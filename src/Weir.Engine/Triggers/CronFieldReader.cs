using System.Globalization;
using Weir.Engine.Expressions;

namespace Weir.Engine.Triggers;

/// <summary>Reads one field: a list of values, ranges and steps.</summary>
/// <param name="refuse">Takes the offset in the field and what is wrong there.</param>
internal sealed class CronFieldReader(CronFieldKind kind, string text, Action<int, string> refuse)
{
    private readonly List<NthWeekday> _nth = [];
    private ulong _bits;

    public CronField Field { get; private set; }

    public bool IsLast { get; private set; }

    public IReadOnlyList<NthWeekday> Nth => _nth;

    private bool IsDayOfWeek => kind == CronFieldKind.DayOfWeek;

    public void Read()
    {
        var start = 0;
        foreach (var item in text.Split(','))
        {
            if (item.Length == 0) refuse(start, $"the list of the field `{kind.Name}` has an empty place");
            else ReadItem(item, start);
            start += item.Length + 1;
        }

        // Sunday is 0 and 7.
        const ulong Seventh = 1UL << 7;
        if (IsDayOfWeek && (_bits & Seventh) != 0) _bits = (_bits | 1) & ~Seventh;
        Field = new CronField(_bits, text[0] is '*' or '?');
    }

    private void ReadItem(string item, int start)
    {
        if (ReadCounted(item, start)) return;
        var slash = item.IndexOf('/');
        var range = slash < 0 ? item : item[..slash];
        if (!TryReadRange(range, start, slash >= 0, out var least, out var most)) return;
        var step = 1;
        if (slash >= 0 && !TryReadStep(item[(slash + 1)..], start + slash + 1, most - least, out step)) return;
        for (var value = least; value <= most; value += step) _bits |= 1UL << value;
    }

    /// <summary>Days that are counted within their month.</summary>
    private bool ReadCounted(string item, int start)
    {
        if (kind == CronFieldKind.DayOfMonth && item is "L" or "l")
        {
            IsLast = true;
            return true;
        }

        if (!IsDayOfWeek) return false;
        var hash = item.IndexOf('#');
        var weekday = hash > 0 ? item[..hash] : item.EndsWith('L') && item.Length > 1 ? item[..^1] : null;
        if (weekday is null) return false;
        if (!TryReadValue(weekday, start, out var day)) return true;
        var number = hash < 0 ? 0 : item[(hash + 1)..] is [>= '1' and <= '5' and var digit] ? digit - '0' : -1;
        if (number < 0) refuse(start + hash + 1, "after `#` stands which of the month it is, 1 to 5");
        else _nth.Add(new NthWeekday(day % 7, number));
        return true;
    }

    private bool TryReadRange(string range, int start, bool hasStep, out int least, out int most)
    {
        (least, most) = (kind.Least, IsDayOfWeek ? 6 : kind.Most);
        var isDay = IsDayOfWeek || kind == CronFieldKind.DayOfMonth;
        if (range == "*" || (range == "?" && isDay)) return true;
        var dash = range.IndexOf('-', Math.Min(1, range.Length));
        if (dash < 0)
        {
            var end = most;
            if (!TryReadValue(range, start, out least)) return false;
            most = hasStep ? end : least;
            return true;
        }

        var isGood = TryReadValue(range[..dash], start, out least);
        isGood &= TryReadValue(range[(dash + 1)..], start + dash + 1, out most);
        if (!isGood) return false;
        if (IsDayOfWeek && most == 0 && least > 0) most = 7;
        if (least <= most) return true;
        var wrapped = IsDayOfWeek ? $"{least}-7,1-{most}" : $"{least}-{kind.Most},{kind.Least}-{most}";
        refuse(start, $"`{range}` runs backwards: write `{wrapped}` to go on from the beginning");
        return false;
    }

    private bool TryReadStep(string step, int start, int span, out int value)
    {
        if (!int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out value) || value == 0)
        {
            refuse(start, $"`{step}` is no step: after `/` stands a whole number from 1");
            return false;
        }

        if (value <= span || value == 1) return true;
        refuse(start, $"a step of {value} leaves only the first value; write that value alone");
        return false;
    }

    private bool TryReadValue(string word, int start, out int value)
    {
        if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out value))
        {
            if (value >= kind.Least && value <= kind.Most) return true;
            refuse(start, $"`{word}` is no {kind.Name}, which goes from {kind.Least} to {kind.Most}");
            return false;
        }

        var named = kind.Names.ToList().FindIndex(name => name.Equals(word, StringComparison.OrdinalIgnoreCase));
        value = kind.Least + named;
        if (named >= 0) return true;
        refuse(start, $"`{word}` is no {kind.Name}{Meant(word)}");
        return false;
    }

    private string Meant(string word) => word switch
    {
        "W" or "LW" or [_, .., 'W'] => ": the nearest weekday (`W`) is not supported",
        "L" when IsDayOfWeek => ": the last of a weekday is written `5L`",
        _ when kind.Names.Count > 0 && Suggestion.Nearest(word, kind.Names) is { } near => $": did you mean `{near}`?",
        _ => $": write a number from {kind.Least} to {kind.Most}, a range `a-b`, a list `a,b`, or `*`",
    };
}
