using Weir.Engine.Definitions;
using Weir.Engine.Runtimes;

namespace Weir.Agent.Steps;

/// <summary>
/// Looks now and then at what a step takes on disk. Looking costs a twentieth of a processor at most, however many
/// files there are.
/// </summary>
/// <param name="container">The step.</param>
/// <param name="most">Bytes; null = no limit, and nothing is looked at.</param>
/// <param name="time">The agent's clock.</param>
internal sealed class StepDisk(IStepContainer container, long? most, TimeProvider time)
{
    private const int ShareOfTime = 20;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    /// <summary>Why the step may not go on; null as long as it may.</summary>
    public string? Problem { get; private set; }

    /// <summary>Calls <paramref name="over"/> once when there is too much; ends with that or by cancellation.</summary>
    public async Task WatchAsync(Action over, CancellationToken cancellationToken)
    {
        if (most is null) return;
        try
        {
            for (var pause = ShortestPause; ;)
            {
                await Task.Delay(pause, time, cancellationToken);
                var began = time.GetTimestamp();
                await LookAsync(cancellationToken);
                if (Problem is not null) break;
                var cost = time.GetElapsedTime(began) * ShareOfTime;
                pause = cost > ShortestPause ? cost : ShortestPause;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }

        over();
    }

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (most is not { } limit || Problem is not null) return;
        var bytes = await container.MeasureDiskAsync(cancellationToken);
        if (bytes <= limit) return;
        Problem = $"the step took {ByteSize.Format(bytes)} of disk; it may take {ByteSize.Format(limit)}";
    }
}
