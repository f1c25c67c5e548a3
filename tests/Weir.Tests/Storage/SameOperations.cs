using Weir.Engine.Storage;

namespace Weir.Tests.Storage;

/// <summary>Operations by chance, and their answers as texts, so that those of two stores can be compared.</summary>
internal static class SameOperations
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<Func<IRecordStore, Task<object>>> NextAsync(RandomCommits commits)
    {
        if (commits.Chance(10))
        {
            var (agent, fence, other, until) = (commits.Agent(), commits.Fence(), commits.Fence(), commits.Instant());
            return async store => string.Join(' ', await store.RenewLeasesAsync(agent, [fence, other], until, Token));
        }

        if (commits.Chance(3))
        {
            var until = commits.Instant();
            return async store =>
            {
                await store.ExtendAllLeasesAsync(until, Token);
                return "extended";
            };
        }

        var commit = await commits.NextAsync();
        return async store => await store.CommitAsync(commit, Token);
    }

    public static async Task<string> AnswerAsync(Task<object> call)
    {
        try
        {
            return (await call).ToString()!;
        }
        catch (Exception failure) when (failure is InvalidOperationException or TimeoutException)
        {
            return failure.GetType().Name;
        }
    }
}
