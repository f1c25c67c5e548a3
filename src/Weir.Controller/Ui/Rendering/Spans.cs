using System.Globalization;

namespace Weir.Controller.Ui.Rendering;

/// <summary>Spans of time as people say them.</summary>
public static class Spans
{
    /// <summary>How long ago; the script of the page keeps it true by the same words.</summary>
    public static string Ago(TimeSpan span) => span switch
    {
        { TotalSeconds: < 0 } => "in " + Rough(-span),
        { TotalSeconds: < 5 } => "just now",
        _ => Rough(span) + " ago",
    };

    public static string Exact(TimeSpan span) => span switch
    {
        { Ticks: < 0 } => "0 ms",
        { TotalSeconds: < 1 } => Text($"{span.TotalMilliseconds:0} ms"),
        { TotalSeconds: < 10 } => Text($"{span.TotalSeconds:0.0} s"),
        { TotalMinutes: < 1 } => Text($"{Math.Floor(span.TotalSeconds)} s"),
        { TotalHours: < 1 } => Text($"{span.Minutes} min {span.Seconds} s"),
        { TotalDays: < 1 } => Text($"{span.Hours} h {span.Minutes} min"),
        _ => Text($"{span.Days} d {span.Hours} h"),
    };

    private static string Rough(TimeSpan span) => span switch
    {
        { TotalMinutes: < 1 } => Text($"{span.Seconds} s"),
        { TotalHours: < 1 } => Text($"{span.Minutes} min"),
        { TotalDays: < 1 } => Text($"{span.Hours} h"),
        _ => Text($"{span.Days} d"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
