using Weir.Agent.Folders;
using Weir.Agent.Pacing;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Problems;
using Weir.Engine.Links;

namespace Weir.Agent.Steps;

/// <summary>An attempt's blobs: asked for and handed over until the controller answers.</summary>
internal sealed class BlobExchange(AgentContext context, AttemptFence fence, Jitter jitter)
{
    public Task<Stream> OpenAsync(string digest, CancellationToken cancellationToken) =>
        RepeatAsync(() => context.Link.GetBlobAsync(fence, digest, cancellationToken), cancellationToken);

    public async Task StoreAsync(Parcel parcel, CancellationToken cancellationToken) => await RepeatAsync(
        async () =>
        {
            if (await context.Link.HasBlobAsync(fence, parcel.Digest, cancellationToken)) return true;
            await context.Link.PutBlobAsync(fence, parcel.Digest, parcel.Bytes, parcel.Open, cancellationToken);
            return true;
        },
        cancellationToken);

    private async Task<T> RepeatAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await ask();
            }
            catch (LinkException e) when (!e.Permanent && e.Code != ErrorCodes.BlobNotFound)
            {
                await Task.Delay(jitter.Backoff(failures), context.Time, cancellationToken);
            }
        }
    }
}
