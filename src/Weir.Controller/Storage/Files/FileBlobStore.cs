using System.Buffers;
using System.Security.Cryptography;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Files;

/// <summary>
/// Blobs as files <c>blobs/sha256/AA/DIGEST</c>. Content is written to a name of its own, verified, flushed and only
/// then given its name, so a file under a digest is always whole. A blob's modification time is when it was last stored
/// or asked for: that is its pin.
/// </summary>
public sealed class FileBlobStore : IBlobStore
{
    public static readonly TimeSpan PinnedFor = TimeSpan.FromHours(24);

    private readonly string _incoming;
    private readonly string _root;
    private readonly TimeProvider _time;
    private readonly Lock _names = new();
    private long _next;

    private FileBlobStore(string dataDirectory, TimeProvider time, string holder)
    {
        _root = Path.Combine(dataDirectory, "blobs", "sha256");
        _incoming = Path.Combine(dataDirectory, "blobs", "incoming", holder);
        _time = time;
    }

    /// <summary>Removes what an earlier process left half written.</summary>
    /// <param name="holder">Null when the folder is held by this process; else who this process is among
    /// several.</param>
    public static FileBlobStore Open(string dataDirectory, TimeProvider time, string? holder = null)
    {
        var store = new FileBlobStore(dataDirectory, time, holder ?? "");
        if (Directory.Exists(store._incoming)) Directory.Delete(store._incoming, recursive: true);
        Directory.CreateDirectory(store._incoming);
        Directory.CreateDirectory(store._root);
        return store;
    }

    public ValueTask<long?> HeadAsync(string digest, CancellationToken cancellationToken) =>
        ValueTask.FromResult(BlobDigest.HexOf(digest) is { } hex ? Pin(PathOf(hex)) : null);

    public async ValueTask<BlobPutOutcome> PutAsync(
        string digest, Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        if (BlobDigest.HexOf(digest) is not { } hex) return BlobPutOutcome.DigestMismatch;
        var incoming = Path.Combine(_incoming, $"{Interlocked.Increment(ref _next)}");
        try
        {
            var found = await ReceiveAsync(content, incoming, maxBytes, cancellationToken);
            if (found is null) return BlobPutOutcome.TooLarge;
            return found == digest ? Name(incoming, PathOf(hex)) : BlobPutOutcome.DigestMismatch;
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    public ValueTask<Stream?> OpenAsync(string digest, CancellationToken cancellationToken)
    {
        if (BlobDigest.HexOf(digest) is not { } hex) return ValueTask.FromResult<Stream?>(null);
        try
        {
            return ValueTask.FromResult<Stream?>(new FileStream(PathOf(hex), new FileStreamOptions
            {
                Share = FileShare.Read | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            }));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return ValueTask.FromResult<Stream?>(null);
        }
    }

    /// <summary>
    /// Digests of blobs that were last stored or asked for before that instant and before <see cref="PinnedFor"/>.
    /// </summary>
    public HashSet<string> IdleSince(DateTimeOffset before) =>
    [
        .. Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories)
            .Where(path => !IsPinned(path) && File.GetLastWriteTimeUtc(path) < before.UtcDateTime)
            .Select(path => BlobDigest.FromHex(Path.GetFileName(path))),
    ];

    /// <summary>Deletes those of the blobs that nobody asked for meanwhile; gives the bytes freed.</summary>
    public long Delete(IEnumerable<string> digests, CancellationToken cancellationToken)
    {
        var freed = 0L;
        foreach (var digest in digests)
        {
            cancellationToken.ThrowIfCancellationRequested();
            freed += DeleteUnlessPinned(PathOf(BlobDigest.HexOf(digest)!));
        }

        return freed;
    }

    /// <summary>Gives the digest of what came, or null when it was more than allowed.</summary>
    private static async Task<string?> ReceiveAsync(
        Stream content, string path, long maxBytes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            var length = 0L;
            while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                if (length + count > maxBytes) return null;
                hash.AppendData(buffer, 0, count);
                RandomAccess.Write(file, buffer.AsSpan(0, count), length);
                length += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        Posix.SyncData(file);
        return BlobDigest.FromHash(hash.GetHashAndReset());
    }

    private BlobPutOutcome Name(string incoming, string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (Pin(path) is not null) return BlobPutOutcome.AlreadyThere;
        File.SetLastWriteTimeUtc(incoming, _time.GetUtcNow().UtcDateTime);
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            Posix.SyncDirectory(_root);
        }

        lock (_names) File.Move(incoming, path, overwrite: true);
        Posix.SyncDirectory(folder);
        return BlobPutOutcome.Stored;
    }

    /// <summary>Gives the length; null when there is no such blob.</summary>
    private long? Pin(string path)
    {
        lock (_names)
        {
            var file = new FileInfo(path);
            if (!file.Exists) return null;
            file.LastWriteTimeUtc = _time.GetUtcNow().UtcDateTime;
            return file.Length;
        }
    }

    private bool IsPinned(string path) => File.GetLastWriteTimeUtc(path) + PinnedFor > _time.GetUtcNow().UtcDateTime;

    private long DeleteUnlessPinned(string path)
    {
        lock (_names)
        {
            if (!File.Exists(path) || IsPinned(path)) return 0;
            var length = new FileInfo(path).Length;
            File.Delete(path);
            return length;
        }
    }

    private string PathOf(string hex) => Path.Combine(_root, hex[..2], hex);
}
