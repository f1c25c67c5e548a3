using Weir.Controller.Storage;
using Weir.Controller.Storage.Files;
using Weir.Controller.Storage.Postgres;
using Weir.Controller.Storage.Sqlite;
using Weir.Controller.Storage.Transfer;
using Weir.Engine.Storage;
using Weir.Engine.Storage.Memory;

namespace Weir.Controller.Hosting;

/// <summary>The four stores of a controller, opened for its backend.</summary>
internal sealed record ControllerStores(
    IRecordStore Records, IDocumentStore Documents, ILogStore Logs, IBlobStore Blobs) : IAsyncDisposable
{
    /// <summary>Who this controller is among those that may share the stores; null when it must be alone.</summary>
    public string? Controller { get; private init; }

    /// <summary>What only the controllers of this system know; null for one that is alone.</summary>
    public byte[]? Key { get; private init; }

    public static async Task<ControllerStores> OpenAsync(
        ControllerOptions options, DataDirectory folder, CancellationToken cancellationToken)
    {
        if (options.Backend == StateBackend.Dev)
        {
            var memory = new MemoryStore();
            return new ControllerStores(memory, memory, new MemoryLogStore(), new MemoryBlobStore());
        }

        if (options.Backend == StateBackend.Sqlite)
        {
            var sqlite = SqliteStore.Open(Path.Combine(folder.Path, options.DatabaseFile));
            await RequireWholeAsync(sqlite, cancellationToken);
            return WithFiles(sqlite, sqlite, options, folder);
        }

        var origin = ControllerIdFile.Ensure(folder.Path, options);
        var postgres = await PostgresStore.OpenAsync(
            options.DatabaseConnection!, origin, options.Time, cancellationToken);
        try
        {
            await postgres.OccupyAsync(isShared: options.SharedFolder is not null, cancellationToken);
            await RequireWholeAsync(postgres, cancellationToken);
            if (options.SharedFolder is not { } shared) return WithFiles(postgres, postgres, options, folder);
            var key = await SharedFolder.OpenAsync(shared, postgres, cancellationToken);
            return new ControllerStores(
                postgres, postgres, SharedLogStore.Open(shared, options.Time),
                FileBlobStore.Open(shared, options.Time, origin))
            {
                Controller = origin, Key = key,
            };
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in new object[] { Records, Logs, Blobs })
        {
            if (store is IAsyncDisposable later) await later.DisposeAsync();
            else if (store is IDisposable disposable) disposable.Dispose();
        }
    }

    private static async Task RequireWholeAsync<TStore>(TStore store, CancellationToken cancellationToken)
        where TStore : IDocumentStore
    {
        if (await store.GetAsync(TransferMark.Document, cancellationToken) is not { } mark) return;
        (store as IDisposable)?.Dispose();
        throw new DataDirectoryException(
            $"a move from {TransferMark.Parse(mark.Json).From} into this database is not finished: do it again, it goes "
            + "on where it was");
    }

    private static ControllerStores WithFiles(
        IRecordStore records, IDocumentStore documents, ControllerOptions options, DataDirectory folder) => new(
        records, documents, FileLogStore.Open(folder.Path, options.Time),
        FileBlobStore.Open(folder.Path, options.Time));
}
