using System.Buffers;
using System.Security.Cryptography;
using Weir.Controller.Storage.Files;

namespace Weir.Controller.Storage.Transfer;

/// <summary>
/// Logs and artifacts as files below a data folder. What is a second name of another file (the newest attempt's log) is
/// not counted: it is made again by <see cref="NameNewest"/>.
/// </summary>
internal static class StateFiles
{
    private static readonly string Logs = Path.Combine("logs", "runs");
    private static readonly string Blobs = Path.Combine("blobs", "sha256");

    /// <summary>Relative to the folder; of each attempt the index comes first, which speaks of the others.</summary>
    public static IEnumerable<string> LogsOf(string folder) =>
        Below(folder, Logs).Where(path => path.Split('/') is [.., "attempts", _, _]);

    public static IEnumerable<string> BlobsOf(string folder) =>
        Below(folder, Blobs).Where(path => Path.GetFileName(path).Length == 64);

    public static bool IsEmpty(string folder) => !LogsOf(folder).Any() && !BlobsOf(folder).Any();

    /// <summary>
    /// Copies what is in the file now; the copy is whole or not there. One of the same length is there already: logs
    /// only grow, and artifacts never change.
    /// </summary>
    /// <returns>The copy; null when the file went away meanwhile.</returns>
    public static async Task<CopiedFile?> CopyAsync(
        string path, string from, string to, CancellationToken cancellationToken)
    {
        var (source, target) = (Path.Combine(from, path), Path.Combine(to, path));
        try
        {
            await using var read = new FileStream(
                source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            var length = read.Length;
            if (File.Exists(target) && new FileInfo(target).Length == length)
                return new CopiedFile(path, length, await DigestAsync(target, cancellationToken));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            var digest = await WriteAsync(read, length, target + ".partial", cancellationToken);
            File.Move(target + ".partial", target, overwrite: true);
            return new CopiedFile(path, length, digest);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public static async Task<string> DigestAsync(string file, CancellationToken cancellationToken)
    {
        await using var read = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(read, cancellationToken));
    }

    /// <summary>Gives the files of each step's newest attempt their second names.</summary>
    public static void NameNewest(string folder)
    {
        var paths = new LogPaths(folder);
        if (!Directory.Exists(paths.Root)) return;
        foreach (var attempts in Directory.EnumerateDirectories(paths.Root, "attempts", SearchOption.AllDirectories))
        {
            var newest = Directory.EnumerateDirectories(attempts).MaxBy(attempt => int.Parse(
                Path.GetFileName(attempt), System.Globalization.CultureInfo.InvariantCulture));
            if (newest is null) continue;
            var names = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(attempts)!, "logs"));
            foreach (var file in Directory.EnumerateFiles(newest))
                Posix.TryLink(file, Path.Combine(names.FullName, Path.GetFileName(file)));
        }
    }

    /// <summary>A small private file, for its owner's eyes only.</summary>
    public static void CopyPrivate(string from, string to)
    {
        using var file = new FileStream(to, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(File.ReadAllBytes(from));
        file.Flush(flushToDisk: true);
    }

    private static IEnumerable<string> Below(string folder, string part)
    {
        var root = Path.Combine(folder, part);
        return Directory.Exists(root)
            ? Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(folder, path))
                .Where(path => !path.EndsWith(".partial", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
            : [];
    }

    private static async Task<string> WriteAsync(
        FileStream from, long length, string path, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var to = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1);
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            while (length > 0)
            {
                var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, length));
                var count = await from.ReadAsync(part, cancellationToken);
                if (count == 0) throw new DataDirectoryException($"{from.Name} became shorter while it was copied");
                hash.AppendData(part.Span[..count]);
                await to.WriteAsync(part[..count], cancellationToken);
                length -= count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

internal sealed record CopiedFile(string Path, long Bytes, string Sha256)
{
    /// <summary>An artifact's name is the digest of its content.</summary>
    /// <exception cref="DataDirectoryException">It is not, so the file is damaged.</exception>
    public CopiedFile AsBlob() => System.IO.Path.GetFileName(Path) == Sha256
        ? this
        : throw new DataDirectoryException($"the artifact {Path} is damaged: its content has the digest {Sha256}");
}
