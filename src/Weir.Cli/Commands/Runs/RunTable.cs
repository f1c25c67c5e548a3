using Weir.Cli.Output;
using Weir.Contracts.Runs;

namespace Weir.Cli.Commands.Runs;

internal static class RunTable
{
    public static Table<RunView> At(DateTimeOffset now) => new(
    [
        new("RUN", run => run.Handle),
        new("STATUS", run => Words.Of(run.Status)) { Paint = (palette, run, text) => palette.Status(run.Status, text) },
        new("REASON", run => run.Reason == Contracts.Statuses.ReasonCode.None ? "" : Words.Of(run.Reason)),
        new("STARTED BY", run => run.Trigger),
        new("CREATED", run => Elapsed.Ago(run.Created, now)),
        new("TIME", run => Elapsed.Between(run.Started, run.Ended, now)),
        new("ID", run => run.Id),
    ]);
}
