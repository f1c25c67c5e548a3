using System.Security.Cryptography;
using Weir.Controller.Storage;
using Weir.Engine.Storage;

namespace Weir.Controller.Hosting;

/// <summary>
/// The folder that several controllers share. It holds the key that they alone know, made by the first of them; the
/// database knows the key's digest, so that a controller with another folder is refused.
/// </summary>
internal static class SharedFolder
{
    private const int KeyBytes = 32;
    private const string Document = "cluster/key";

    /// <exception cref="DataDirectoryException">The folder cannot be used, or is not the one of the others.</exception>
    public static async Task<byte[]> OpenAsync<TStore>(
        string folder, TStore store, CancellationToken cancellationToken)
        where TStore : IDocumentStore, IRecordStore
    {
        var key = EnsureKey(folder);
        var digest = $"\"{Convert.ToHexStringLower(SHA256.HashData(key))}\"";
        var written = new Commit { Documents = [new DocumentWrite(Document, 0, digest)] };
        await store.CommitAsync(written, cancellationToken);
        if ((await store.GetAsync(Document, cancellationToken))?.Json == digest) return key;
        throw new DataDirectoryException(
            $"{folder} is not the folder that the other controllers of this database share: its cluster.key is another");
    }

    private static byte[] EnsureKey(string folder)
    {
        var path = Path.Combine(folder, "cluster.key");
        var fresh = $"{path}.{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(folder);
            if (!File.Exists(path))
            {
                using (var file = new FileStream(fresh, new FileStreamOptions
                {
                    Mode = FileMode.Create, Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }))
                {
                    file.Write(RandomNumberGenerator.GetBytes(KeyBytes));
                    file.Flush(flushToDisk: true);
                }

                // of two that begin at once, one gives the key
                Storage.Files.Posix.TryLink(fresh, path);
                File.Delete(fresh);
            }

            return File.ReadAllBytes(path) is { Length: KeyBytes } key
                ? key
                : throw new DataDirectoryException($"{path} is not whole: restore it from a backup");
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new DataDirectoryException($"cannot use the shared folder {folder}: {unusable.Message}");
        }
    }
}
