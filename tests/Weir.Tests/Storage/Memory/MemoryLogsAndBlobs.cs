using Weir.Engine.Storage;
using Weir.Engine.Storage.Memory;

namespace Weir.Tests.Storage.Memory;

public sealed class MemoryLogs : LogSuite
{
    protected override ILogStore Logs { get; } = new MemoryLogStore();

    public override void Dispose()
    {
    }
}

public sealed class MemoryBlobs : BlobSuite
{
    protected override IBlobStore Blobs { get; } = new MemoryBlobStore();

    public override void Dispose()
    {
    }
}
