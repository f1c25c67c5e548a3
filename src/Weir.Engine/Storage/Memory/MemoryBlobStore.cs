using System.Security.Cryptography;

namespace Weir.Engine.Storage.Memory;

/// <summary>Blobs in memory, never collected, gone with the process.</summary>
public sealed class MemoryBlobStore : IBlobStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);

    public ValueTask<long?> HeadAsync(string digest, CancellationToken cancellationToken)
    {
        lock (_gate) return ValueTask.FromResult<long?>(
            _blobs.TryGetValue(digest, out var bytes) ? bytes.LongLength : null);
    }

    public async ValueTask<BlobPutOutcome> PutAsync(
        string digest, Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            if (copy.Length + count > maxBytes) return BlobPutOutcome.TooLarge;
            copy.Write(buffer, 0, count);
        }

        var bytes = copy.ToArray();
        if ("sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes)) != digest)
            return BlobPutOutcome.DigestMismatch;
        lock (_gate) return _blobs.TryAdd(digest, bytes) ? BlobPutOutcome.Stored : BlobPutOutcome.AlreadyThere;
    }

    public ValueTask<Stream?> OpenAsync(string digest, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return ValueTask.FromResult<Stream?>(
                _blobs.TryGetValue(digest, out var bytes) ? new MemoryStream(bytes, writable: false) : null);
        }
    }
}
