namespace Weir.Runtimes.Docker.Api;

/// <summary>
/// <c>[host/]path[:tag]</c> or <c>[host/]path@digest</c>, as the engine's own client reads it.
/// </summary>
/// <param name="Repository">Host and path.</param>
/// <param name="Tag">A tag, or a digest.</param>
internal sealed record ImageName(string Repository, string Tag)
{
    private const string Hub = "docker.io";

    /// <summary>Where the image is kept: a host of its own, or the engine's default one.</summary>
    public string Registry
    {
        get
        {
            var slash = Repository.IndexOf('/', StringComparison.Ordinal);
            var first = slash < 0 ? "" : Repository[..slash];
            return first == "localhost" || first.Contains('.', StringComparison.Ordinal)
                || first.Contains(':', StringComparison.Ordinal) ? first : Hub;
        }
    }

    public static ImageName Parse(string text)
    {
        var digest = text.IndexOf('@', StringComparison.Ordinal);
        if (digest > 0) return new ImageName(text[..digest], text[(digest + 1)..]);
        var colon = text.LastIndexOf(':');
        return colon > text.LastIndexOf('/')
            ? new ImageName(text[..colon], text[(colon + 1)..])
            : new ImageName(text, "latest");
    }
}
