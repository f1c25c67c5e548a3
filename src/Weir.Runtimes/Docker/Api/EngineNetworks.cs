namespace Weir.Runtimes.Docker.Api;

internal sealed class EngineNetworks(EngineConnection connection)
{
    public async Task<string> CreateAsync(CreateNetwork network, CancellationToken cancellationToken) =>
        (await connection.PostAsync(
            "networks/create", network, EngineJson.Default.CreateNetwork, EngineJson.Default.Created,
            cancellationToken)).Id;

    public Task<IReadOnlyList<NetworkEntry>> ListAsync(string label, CancellationToken cancellationToken) =>
        connection.GetAsync(
            $"networks?filters={EngineFilter.OfLabels(label)}", EngineJson.Default.IReadOnlyListNetworkEntry,
            cancellationToken);

    public Task RemoveAsync(string id, CancellationToken cancellationToken) =>
        connection.DoAsync(HttpMethod.Delete, $"networks/{id}", cancellationToken);
}

internal sealed class EngineVolumes(EngineConnection connection)
{
    public Task<VolumeEntry> CreateAsync(CreateVolume volume, CancellationToken cancellationToken) =>
        connection.PostAsync(
            "volumes/create", volume, EngineJson.Default.CreateVolume, EngineJson.Default.VolumeEntry,
            cancellationToken);

    public async Task<IReadOnlyList<VolumeEntry>> ListAsync(string label, CancellationToken cancellationToken) =>
        (await connection.GetAsync(
            $"volumes?filters={EngineFilter.OfLabels(label)}", EngineJson.Default.VolumeList, cancellationToken))
            .Volumes ?? [];

    public Task RemoveAsync(string name, CancellationToken cancellationToken) =>
        connection.DoAsync(HttpMethod.Delete, $"volumes/{Uri.EscapeDataString(name)}", cancellationToken);
}
