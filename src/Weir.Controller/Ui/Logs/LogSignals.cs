using Weir.Contracts.Statuses;
using Weir.Controller.Features.Requests;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Controller.Ui.Logs;

/// <summary>Tells a page that an attempt's log has grown, some times a second at most, until it is over.</summary>
internal sealed class LogSignals(EventWriter writer, RunOperations runs, ILogStore logs)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    public async Task SendAsync(LogSubject of)
    {
        while (true)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(writer.Stopped);
            var changed = runs.NextChangeAsync(of.Run.Id, end.Token);
            var view = await runs.GetAsync(of.Run.Namespace, of.Run.Id, end.Token);
            var step = view?.Steps?.FirstOrDefault(one => one.Name == of.Step.Name);
            var attempt = step?.Attempts.FirstOrDefault(one => one.Number == of.Number);
            var known = await logs.GetLengthsAsync(of.Key, end.Token);
            await writer.SignalAsync("change");
            var isOver = step is null || (attempt?.Status ?? step.Status).IsFinal();
            if (!isOver)
            {
                await Task.Delay(Pace, writer.Time, end.Token);
                var more = attempt is null ? changed : logs.WaitForMoreAsync(of.Key, known, end.Token);
                while (!await writer.WaitAsync(Task.WhenAny(more, changed)))
                {
                    // a heartbeat went out; the wait goes on
                }
            }

            await end.CancelAsync();
            if (isOver) break;
        }

        await writer.EndAsync();
    }
}
