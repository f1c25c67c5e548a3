namespace Weir.Runtimes.Docker.Api;

internal sealed class EngineImages(EngineConnection connection)
{
    /// <summary>Null when the engine does not have it.</summary>
    public async Task<ImageFacts?> InspectAsync(string image, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.GetAsync(
                $"images/{Path(image)}/json", EngineJson.Default.ImageFacts, cancellationToken);
        }
        catch (EngineException missing) when (missing.IsMissing)
        {
            return null;
        }
    }

    public Task<IReadOnlyList<ImageEntry>> ListAsync(CancellationToken cancellationToken) =>
        connection.GetAsync("images/json", EngineJson.Default.IReadOnlyListImageEntry, cancellationToken);

    public Task PullAsync(
        ImageName image, Credentials? credentials, IProgress<ProgressLine>? progress,
        CancellationToken cancellationToken) => FollowAsync(
            $"images/create?fromImage={Uri.EscapeDataString(image.Repository)}&tag={Uri.EscapeDataString(image.Tag)}",
            null, EngineFilter.Encode(credentials), progress, cancellationToken);

    public Task PushAsync(
        ImageName image, Credentials? credentials, IProgress<ProgressLine>? progress,
        CancellationToken cancellationToken) => FollowAsync(
            $"images/{Path(image.Repository)}/push?tag={Uri.EscapeDataString(image.Tag)}", null,
            EngineFilter.Encode(credentials), progress, cancellationToken);

    public Task TagAsync(string image, ImageName name, CancellationToken cancellationToken) => connection.DoAsync(
        HttpMethod.Post,
        $"images/{Path(image)}/tag?repo={Uri.EscapeDataString(name.Repository)}&tag={Uri.EscapeDataString(name.Tag)}",
        cancellationToken);

    /// <summary>Makes an image of one layer out of a tar; its id.</summary>
    public async Task<string> ImportAsync(
        ImageName name, Stream tar, IReadOnlyList<string> changes, CancellationToken cancellationToken)
    {
        using var content = new StreamContent(tar);
        var change = string.Concat(changes.Select(line => $"&changes={Uri.EscapeDataString(line)}"));
        var last = new LastStatus();
        await FollowAsync(
            $"images/create?fromSrc=-&repo={Uri.EscapeDataString(name.Repository)}&tag={name.Tag}{change}", content,
            null, last, cancellationToken);
        return last.Text ?? throw new EngineException("the engine took an image and did not say its id", null);
    }

    /// <summary>A tar of the image with its layers; the caller disposes it.</summary>
    public async Task<Stream> SaveAsync(string image, CancellationToken cancellationToken)
    {
        var response = await connection.SendAsync(
            HttpMethod.Get, $"images/{Path(image)}/get", null, cancellationToken);
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    public async Task LoadAsync(Stream tar, CancellationToken cancellationToken)
    {
        using var content = new StreamContent(tar);
        await FollowAsync("images/load", content, null, null, cancellationToken);
    }

    public Task RemoveAsync(string image, CancellationToken cancellationToken) =>
        connection.DoAsync(HttpMethod.Delete, $"images/{Path(image)}?force=1", cancellationToken);

    /// <summary>Removes images that no tag names any more, of those with the label.</summary>
    public Task PruneAsync(string label, CancellationToken cancellationToken) => connection.DoAsync(
        HttpMethod.Post, $"images/prune?filters={EngineFilter.OfLabels(label)}", cancellationToken);

    private async Task FollowAsync(
        string path, HttpContent? body, string? credentials, IProgress<ProgressLine>? progress,
        CancellationToken cancellationToken)
    {
        using var response = await connection.SendAsync(HttpMethod.Post, path, body, cancellationToken, credentials);
        await EngineConnection.FollowAsync(response, progress, cancellationToken);
    }

    private sealed class LastStatus : IProgress<ProgressLine>
    {
        public string? Text { get; private set; }

        public void Report(ProgressLine value) => Text = value.Status ?? Text;
    }

    // A name holds slashes, which the engine reads as they are.
    private static string Path(string image) =>
        string.Join('/', image.Split('/').Select(Uri.EscapeDataString));
}
