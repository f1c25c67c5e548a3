namespace Weir.Runtimes.Docker.Api;

/// <summary>The engine, by its nouns.</summary>
internal sealed class EngineClient : IDisposable
{
    private readonly EngineConnection _connection;

    public EngineClient(string socket)
    {
        _connection = new EngineConnection(socket);
        Containers = new EngineContainers(_connection);
        Images = new EngineImages(_connection);
        Networks = new EngineNetworks(_connection);
        Volumes = new EngineVolumes(_connection);
    }

    public string Socket => _connection.Socket;

    public EngineContainers Containers { get; }

    public EngineImages Images { get; }

    public EngineNetworks Networks { get; }

    public EngineVolumes Volumes { get; }

    /// <summary>The engine's version of the API.</summary>
    public Task<string> PingAsync(CancellationToken cancellationToken) => _connection.PingAsync(cancellationToken);

    public Task<EngineInfo> InfoAsync(CancellationToken cancellationToken) =>
        _connection.GetAsync("info", EngineJson.Default.EngineInfo, cancellationToken);

    public void Dispose() => _connection.Dispose();
}
