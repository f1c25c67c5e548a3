using Weir.Controller.Hosting;
using Weir.Controller.Storage.Files;
using Weir.Controller.Vault;

namespace Weir.Controller.Storage.Transfer;

/// <summary>
/// Moves everything between SQLite and PostgreSQL; no controller may run on either. Logs and artifacts are copied when
/// they are in another folder afterwards. What it moves from stays as it is. May be killed and done again.
/// </summary>
public static class StateMigration
{
    /// <exception cref="DataDirectoryException">
    /// A controller runs, the target is not empty, or something cannot be read or written.
    /// </exception>
    public static async Task<TransferReport> RunAsync(
        ControllerOptions from, ControllerOptions to, CancellationToken cancellationToken)
    {
        if (from.Backend == StateBackend.Sqlite && !File.Exists(StatePlaces.DatabaseOf(from)))
            throw new DataDirectoryException($"there is no database {StatePlaces.DatabaseOf(from)}");
        using var held = DataDirectory.Open(from.DataFolder);
        await using var source = await StatePlaces.OpenAsync(from, cancellationToken);
        if (await source.ReadMarkAsync(cancellationToken) is not null)
            throw new DataDirectoryException($"a move into {StatePlaces.Describe(from)} is not finished");
        await using var target = await StatePlaces.OpenAsync(to, cancellationToken);
        var (home, place) = (StatePlaces.FilesOf(from), StatePlaces.FilesOf(to));
        if (home != place && await target.ReadMarkAsync(cancellationToken) is null && !StateFiles.IsEmpty(place))
            throw new DataDirectoryException($"there are logs or artifacts in {place} already: give an empty folder");
        var move = new RowMove(source, target, StatePlaces.Describe(from));
        var tables = await move.RunAsync(cancellationToken);
        var (files, bytes) = home == place ? (0, 0) : await CopyFilesAsync(from, home, place, cancellationToken);
        await move.FinishAsync(cancellationToken);
        return new TransferReport(tables, files, bytes);
    }

    private static async Task<(long Files, long Bytes)> CopyFilesAsync(
        ControllerOptions from, string home, string place, CancellationToken cancellationToken)
    {
        // what a crash left in the journal of the logs goes into their files
        if (home != from.SharedFolder) FileLogStore.Open(home, from.Time).Dispose();
        var (files, bytes) = (0L, 0L);
        foreach (var path in StateFiles.LogsOf(home).Concat(StateFiles.BlobsOf(home)))
        {
            var copied = await StateFiles.CopyAsync(path, home, place, cancellationToken)
                ?? throw new DataDirectoryException($"{Path.Combine(home, path)} went away while it was copied");
            if (path.StartsWith("blobs", StringComparison.Ordinal)) copied.AsBlob();
            (files, bytes) = (files + 1, bytes + copied.Bytes);
        }

        StateFiles.NameNewest(place);
        CopyKey(Path.Combine(home, MasterKeyFile.FileName), Path.Combine(place, MasterKeyFile.FileName));
        Posix.SyncFileSystem(place);
        return (files, bytes);
    }

    private static void CopyKey(string from, string to)
    {
        if (!File.Exists(from)) return;
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        if (!File.Exists(to)) StateFiles.CopyPrivate(from, to);
        else if (!File.ReadAllBytes(from).AsSpan().SequenceEqual(File.ReadAllBytes(to)))
            throw new DataDirectoryException($"{to} is another key than {from}, with which the secrets are sealed");
    }
}
