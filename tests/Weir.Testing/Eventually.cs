namespace Weir.Testing;

/// <summary>Waits for what comes about by itself, looking again and again up to a cap.</summary>
public static class Eventually
{
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public static Task HoldsAsync(Func<bool> condition, string what, TimeSpan? cap = null) =>
        HoldsAsync(() => Task.FromResult(condition()), what, cap);

    public static async Task HoldsAsync(Func<Task<bool>> condition, string what, TimeSpan? cap = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > (cap ?? Cap))
                throw new TimeoutException($"never came about: {what}");
            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}
