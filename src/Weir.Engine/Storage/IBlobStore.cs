namespace Weir.Engine.Storage;

/// <summary>
/// Immutable bytes under their SHA-256 (<c>sha256:</c> + 64 lower-case hex digits). Storing and asking both pin a blob
/// for 24 h against collection. Thread-safe.
/// </summary>
public interface IBlobStore
{
    /// <summary>Length in bytes, or null when it is not there.</summary>
    ValueTask<long?> HeadAsync(string digest, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the content to its end, verifies it, and makes it durable; nothing is left when the digest or the limit
    /// does not hold.
    /// </summary>
    ValueTask<BlobPutOutcome> PutAsync(
        string digest, Stream content, long maxBytes, CancellationToken cancellationToken);

    /// <summary>The caller disposes the stream; null when the blob is not there.</summary>
    ValueTask<Stream?> OpenAsync(string digest, CancellationToken cancellationToken);
}

public enum BlobPutOutcome
{
    Stored,
    AlreadyThere,
    DigestMismatch,
    TooLarge,
}
