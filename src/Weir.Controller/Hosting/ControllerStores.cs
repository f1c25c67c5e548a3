using Weir.Controller.Storage.Files;
using Weir.Controller.Storage.Sqlite;
using Weir.Engine.Storage;
using Weir.Engine.Storage.Memory;

namespace Weir.Controller.Hosting;

/// <summary>The four stores of a controller, opened for its backend.</summary>
internal sealed record ControllerStores(
    IRecordStore Records, IDocumentStore Documents, ILogStore Logs, IBlobStore Blobs) : IDisposable
{
    public static ControllerStores Open(ControllerOptions options, DataDirectory folder)
    {
        if (options.Backend == StateBackend.Dev)
        {
            var memory = new MemoryStore();
            return new ControllerStores(memory, memory, new MemoryLogStore(), new MemoryBlobStore());
        }

        var sqlite = SqliteStore.Open(Path.Combine(folder.Path, options.DatabaseFile));
        return new ControllerStores(
            sqlite, sqlite, FileLogStore.Open(folder.Path, options.Time),
            FileBlobStore.Open(folder.Path, options.Time));
    }

    public void Dispose()
    {
        foreach (var store in new object[] { Records, Logs, Blobs })
        {
            if (store is IDisposable disposable) disposable.Dispose();
        }
    }
}
