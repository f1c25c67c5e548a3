using System.Globalization;
using Weir.Contracts.Runs;

namespace Weir.Controller.Ui.Runs;

/// <summary>
/// The time of a run as a line from 0 to <see cref="Width"/>, for drawings that have no size of their own.
/// </summary>
public sealed record Gantt(DateTimeOffset From, DateTimeOffset To)
{
    public const int Width = 1_000;
    private const double Narrowest = 4;

    public static Gantt Of(RunView run, DateTimeOffset now)
    {
        var to = run.Ended ?? now;
        return new Gantt(run.Created, to > run.Created ? to : run.Created.AddMilliseconds(1));
    }

    /// <summary>Where a bar begins and how long it is; never too short to be seen, never beyond the end.</summary>
    public (string X, string Width) Bar(DateTimeOffset from, DateTimeOffset? to)
    {
        var length = Math.Max(Narrowest, At(to ?? To) - At(from));
        var x = Math.Min(At(from), Width - length);
        return (Text(x), Text(length));
    }

    private double At(DateTimeOffset time) => Math.Clamp((time - From) / (To - From), 0, 1) * Width;

    private static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
