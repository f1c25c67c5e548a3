using Weir.Engine.Storage;

namespace Weir.Testing.Simulation;

/// <summary>The document store as a controller process sees it.</summary>
internal sealed class SimDocuments(IDocumentStore rows, SimWorld world, SimController controller) : IDocumentStore
{
    public async ValueTask<Document?> GetAsync(string key, CancellationToken cancellationToken)
    {
        await PassAsync();
        return await rows.GetAsync(key, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<Document>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken)
    {
        await PassAsync();
        return await rows.ListAsync(prefix, after, limit, cancellationToken);
    }

    private async Task PassAsync()
    {
        await Task.Yield();
        if (controller.IsCutFromStore || world.Chance(world.Faults.Store))
            throw new StoreUnavailableException("simulated: no answer");
    }
}
