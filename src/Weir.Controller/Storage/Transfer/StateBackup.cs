using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Weir.Controller.Features.Health;
using Weir.Controller.Hosting;
using Weir.Controller.Storage.Files;
using Weir.Controller.Vault;

namespace Weir.Controller.Storage.Transfer;

/// <summary>
/// Writes all that controllers keep into a folder, while they run: the rows of one moment, and every log and artifact
/// that they speak of. Artifacts are copied before that moment and, those that came meanwhile, after it: one that was
/// freed in between is one that no row of that moment names.
/// </summary>
public static class StateBackup
{
    private const string Unfinished = ".partial";

    /// <param name="to">Must not be there yet, or be empty.</param>
    /// <param name="withKey">Also the master keys of the vault, which open all secrets in it.</param>
    /// <exception cref="DataDirectoryException">What is there cannot be read, or the folder not be written.</exception>
    public static async Task<TransferReport> RunAsync(
        ControllerOptions options, string to, bool withKey, CancellationToken cancellationToken)
    {
        if (Directory.Exists(to) && Directory.EnumerateFileSystemEntries(to).Any())
            throw new DataDirectoryException($"{to} is not empty: a backup is written to a folder of its own");
        var partial = to.TrimEnd('/') + Unfinished;
        try
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
            MakePrivate(partial);
            var report = await WriteAsync(options, partial, withKey, cancellationToken);
            Posix.SyncFileSystem(partial);
            if (Directory.Exists(to)) Directory.Delete(to);
            Directory.Move(partial, to);
            Posix.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(to))!);
            return report;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataDirectoryException($"cannot write the backup {to}: {failure.Message}");
        }
    }

    private static async Task<TransferReport> WriteAsync(
        ControllerOptions options, string folder, bool withKey, CancellationToken cancellationToken)
    {
        var (home, from) = (StatePlaces.FilesOf(options), StatePlaces.Describe(options));
        var files = new SortedDictionary<string, CopiedFile>(StringComparer.Ordinal);
        await CopyBlobsAsync(home, folder, files, cancellationToken);
        var taken = options.Time.GetUtcNow();
        IReadOnlyDictionary<string, TableDigest> tables;
        await using (var rows = await StatePlaces.OpenSnapshotAsync(options, cancellationToken))
            tables = await WriteRowsAsync(rows, folder, cancellationToken);
        await CopyBlobsAsync(home, folder, files, cancellationToken);
        foreach (var path in StateFiles.LogsOf(home))
        {
            if (await StateFiles.CopyAsync(path, home, folder, cancellationToken) is { } log) files[path] = log;
        }

        var key = Path.Combine(home, MasterKeyFile.FileName);
        if (withKey && options.Vault.Key is null && File.Exists(key))
            StateFiles.CopyPrivate(key, Path.Combine(folder, MasterKeyFile.FileName));
        var list = WriteFileList(folder, files.Values);
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var manifest = new BackupManifest(BackupManifest.Current, id, HealthEndpoints.ProductVersion, from, taken)
        {
            Tables = tables, Files = list,
        };
        await File.WriteAllTextAsync(
            Path.Combine(folder, BackupManifest.File),
            JsonSerializer.Serialize(manifest, TransferJson.Default.BackupManifest) + "\n", cancellationToken);
        return new TransferReport(tables, files.Count, files.Values.Sum(file => file.Bytes));
    }

    private static async Task CopyBlobsAsync(
        string home, string folder, SortedDictionary<string, CopiedFile> files, CancellationToken cancellationToken)
    {
        foreach (var path in StateFiles.BlobsOf(home))
        {
            if (files.ContainsKey(path)) continue;
            if (await StateFiles.CopyAsync(path, home, folder, cancellationToken) is { } blob)
                files[path] = blob.AsBlob();
        }
    }

    private static async Task<IReadOnlyDictionary<string, TableDigest>> WriteRowsAsync(
        IRowSource source, string folder, CancellationToken cancellationToken)
    {
        var digests = new Dictionary<string, TableDigest>(StringComparer.Ordinal);
        Directory.CreateDirectory(Path.Combine(folder, "rows"));
        var lines = new ArrayBufferWriter<byte>();
        foreach (var table in PortableTable.All)
        {
            await using var file = File.Create(BackupManifest.PathOf(folder, table));
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var rows = 0L;
            await foreach (var page in Pages.OfAsync(source, table, null, cancellationToken))
            {
                foreach (var row in page) RowText.Write(lines, row);
                hash.AppendData(lines.WrittenSpan);
                await file.WriteAsync(lines.WrittenMemory, cancellationToken);
                lines.ResetWrittenCount();
                rows += page.Count;
            }

            digests[table.Name] = new TableDigest(rows, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }

        return digests;
    }

    private static TableDigest WriteFileList(
        string folder, SortedDictionary<string, CopiedFile>.ValueCollection files)
    {
        var lines = new ArrayBufferWriter<byte>();
        foreach (var file in files) RowText.Write(lines, [file.Path, file.Bytes, file.Sha256]);
        using var list = File.Create(BackupManifest.PathOf(folder, BackupManifest.FileTable));
        list.Write(lines.WrittenSpan);
        return new TableDigest(files.Count, Convert.ToHexStringLower(SHA256.HashData(lines.WrittenSpan)));
    }

    private static void MakePrivate(string folder) => Directory.CreateDirectory(
        folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
}

/// <summary>What was moved or copied, found to be whole.</summary>
public sealed record TransferReport(IReadOnlyDictionary<string, TableDigest> Tables, long Files, long Bytes)
{
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Tables.Values.Sum(table => table.Rows)} rows in {Tables.Count} tables, {Files} files of {Bytes} bytes");
}
