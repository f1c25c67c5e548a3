namespace Weir.Cli.Hosting;

internal static class Stopping
{
    /// <summary>
    /// Returns when asked to stop, or when one of the parts ended by itself; a failure of a part is thrown.
    /// </summary>
    public static async Task WaitAsync(Task part, CancellationToken cancellationToken)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() => asked.TrySetResult());
        var first = await Task.WhenAny(asked.Task, part);
        if (!cancellationToken.IsCancellationRequested) await first;
    }
}
