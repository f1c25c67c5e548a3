using System.Security.Cryptography;
using Weir.Agent.Artifacts;
using Weir.Contracts.Statuses;

namespace Weir.Agent.Folders;

/// <summary>
/// Blobs that were fetched or made here, by digest, so that the next step here need not fetch them again.
/// </summary>
internal sealed class BlobCache(string folder, string temporary, TimeProvider time)
{
    private const string Prefix = "sha256:";
    private int _number;

    /// <summary>Path of the verified blob; its content is fetched when it is not here yet.</summary>
    public async Task<string> GetAsync(string digest, OpenBlob blobs, CancellationToken cancellationToken)
    {
        var path = PathOf(digest);
        if (File.Exists(path))
        {
            File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
            return path;
        }

        await using var content = await blobs(digest, cancellationToken);
        var (found, _) = await AddAsync(content.CopyToAsync, cancellationToken);
        if (found == digest) return path;
        throw new StepException(ReasonCode.Infrastructure, $"the controller sent {found} when asked for {digest}");
    }

    /// <summary>Takes what is written to the stream it gives, and answers its digest and length.</summary>
    public async Task<(string Digest, long Bytes)> AddAsync(
        Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var draft = Path.Combine(temporary, $"blob-{Interlocked.Increment(ref _number)}");
        try
        {
            await using var target = new DigestingStream(File.Create(draft));
            await write(target, cancellationToken);
            await target.FlushAsync(cancellationToken);
            var digest = Prefix + target.Finish();
            var path = PathOf(digest);
            FolderTree.Create(Path.GetDirectoryName(path)!, FolderTree.Private);
            File.Move(draft, path, overwrite: true);
            return (digest, target.Length);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    public Stream Open(string digest) => File.OpenRead(PathOf(digest));

    private string PathOf(string digest)
    {
        var hex = digest.StartsWith(Prefix, StringComparison.Ordinal) ? digest[Prefix.Length..] : "";
        if (hex.Length == 2 * SHA256.HashSizeInBytes && hex.All(char.IsAsciiHexDigitLower))
        {
            return Path.Combine(folder, hex[..2], hex);
        }

        throw new StepException(ReasonCode.Infrastructure, $"'{digest}' is no digest");
    }
}
