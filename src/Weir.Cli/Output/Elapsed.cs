using System.Globalization;

namespace Weir.Cli.Output;

/// <summary>Times as people read them.</summary>
internal static class Elapsed
{
    /// <summary>From start to end, or to now; empty before the start.</summary>
    public static string Between(DateTimeOffset? start, DateTimeOffset? end, DateTimeOffset now) =>
        start is { } from ? Format((end ?? now) - from) : "";

    public static string Format(TimeSpan time) => time switch
    {
        { Ticks: < 0 } => "0.0s",
        { TotalSeconds: < 59.95 } => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + "s",
        { TotalMinutes: < 60 } => $"{(int)time.TotalMinutes}m{time.Seconds:00}s",
        { TotalHours: < 48 } => $"{(int)time.TotalHours}h{time.Minutes:00}m",
        _ => $"{(int)time.TotalDays}d{time.Hours:00}h",
    };

    public static string Ago(DateTimeOffset? then, DateTimeOffset now) =>
        then is { } at ? Format(now - at) + " ago" : "";
}
