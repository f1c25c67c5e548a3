using Weir.Contracts.Json;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;

namespace Weir.Contracts.Client;

public sealed class ArtifactsClient
{
    private readonly ApiConnection _connection;

    internal ArtifactsClient(ApiConnection connection) => _connection = connection;

    /// <summary>All artifacts of a run, in the order of its steps.</summary>
    public Task<Page<ArtifactView>> ListAsync(string run, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            ApiRoutes.Fill(ApiRoutes.Artifacts, run), WeirJson.Default.PageArtifactView, cancellationToken);

    /// <summary>
    /// The artifact as a tar, or the one file at <paramref name="path"/> in it; disposing the stream ends the download.
    /// </summary>
    /// <param name="attempt">The attempt that left it; null = the newest.</param>
    public async Task<Stream> DownloadAsync(
        string run, string step, string artifact, string? path = null, int? attempt = null,
        CancellationToken cancellationToken = default)
    {
        var address = new ApiQuery(ApiRoutes.Fill(ApiRoutes.Artifact, run, step, artifact))
            .With("path", path).With("attempt", attempt);
        var response = await _connection.OpenAsync(address.ToString(), cancellationToken);
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }
}
