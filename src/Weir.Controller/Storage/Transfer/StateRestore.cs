using Weir.Controller.Hosting;
using Weir.Controller.Storage.Files;
using Weir.Controller.Vault;

namespace Weir.Controller.Storage.Transfer;

/// <summary>Puts a backup into an empty database and empty folders; may be killed and done again.</summary>
public static class StateRestore
{
    /// <param name="options">Of the controller that will serve it.</param>
    /// <exception cref="DataDirectoryException">
    /// The backup is not whole, or there is something already where it should go.
    /// </exception>
    public static async Task<TransferReport> RunAsync(
        ControllerOptions options, string from, CancellationToken cancellationToken)
    {
        await using var backup = await BackupRows.OpenAsync(from, cancellationToken);
        using var held = DataDirectory.Open(options.DataFolder);
        var home = StatePlaces.FilesOf(options);
        await using var target = await StatePlaces.OpenAsync(options, cancellationToken);
        if (await target.ReadMarkAsync(cancellationToken) is null && !StateFiles.IsEmpty(home))
            throw new DataDirectoryException($"there are logs or artifacts in {home} already: give an empty folder");
        var move = new RowMove(backup, target, $"backup {backup.Manifest.Id}");
        var tables = await move.RunAsync(cancellationToken);
        var bytes = await CopyFilesAsync(backup, from, home, cancellationToken);
        StateFiles.NameNewest(home);
        CopyKey(from, home);
        Posix.SyncFileSystem(home);
        await move.FinishAsync(cancellationToken);
        return new TransferReport(tables, backup.Manifest.Files.Rows, bytes);
    }

    private static async Task<long> CopyFilesAsync(
        BackupRows backup, string from, string home, CancellationToken cancellationToken)
    {
        var bytes = 0L;
        await foreach (var page in Pages.OfAsync(backup, BackupManifest.FileTable, null, cancellationToken))
        {
            foreach (var row in page)
            {
                var expected = new CopiedFile((string)row[0]!, (long)row[1]!, (string)row[2]!);
                RequireBelow(expected.Path);
                if (await StateFiles.CopyAsync(expected.Path, from, home, cancellationToken) != expected)
                    throw new DataDirectoryException($"{Path.Combine(from, expected.Path)} is missing or damaged");
                bytes += expected.Bytes;
            }
        }

        return bytes;
    }

    /// <summary>A backup may come from anywhere: nothing of it leaves the folders that are meant.</summary>
    private static void RequireBelow(string path)
    {
        var parts = path.Split('/');
        if (parts is ["logs", "runs", ..] or ["blobs", "sha256", ..]
            && parts.All(part => part.Length > 0 && part is not ("." or "..")))
            return;
        throw new DataDirectoryException($"the backup names the file `{path}`, which is no log and no artifact");
    }

    private static void CopyKey(string from, string home)
    {
        var (kept, own) = (Path.Combine(from, MasterKeyFile.FileName), Path.Combine(home, MasterKeyFile.FileName));
        if (File.Exists(kept) && !File.Exists(own)) StateFiles.CopyPrivate(kept, own);
    }
}
