using Weir.Engine.Storage;
using Weir.Engine.Storage.Memory;

namespace Weir.Tests.Storage.Memory;

public sealed class MemoryDocuments : DocumentSuite
{
    private readonly MemoryStore _store = new();

    protected override IDocumentStore Documents => _store;

    protected override IRecordStore Records => _store;

    public override void Dispose()
    {
    }
}

public sealed class MemoryRuns : RunSuite
{
    private readonly MemoryStore _store = new();

    protected override IDocumentStore Documents => _store;

    protected override IRecordStore Records => _store;

    public override void Dispose()
    {
    }
}

public sealed class MemoryQueue : QueueSuite
{
    private readonly MemoryStore _store = new();

    protected override IDocumentStore Documents => _store;

    protected override IRecordStore Records => _store;

    public override void Dispose()
    {
    }
}

public sealed class MemoryLeases : LeaseSuite
{
    private readonly MemoryStore _store = new();

    protected override IDocumentStore Documents => _store;

    protected override IRecordStore Records => _store;

    public override void Dispose()
    {
    }
}

public sealed class MemoryEvents : EventSuite
{
    private readonly MemoryStore _store = new();

    protected override IDocumentStore Documents => _store;

    protected override IRecordStore Records => _store;

    public override void Dispose()
    {
    }
}

public sealed class MemoryNodes : NodeSuite
{
    private readonly MemoryStore _store = new();

    protected override IDocumentStore Documents => _store;

    protected override IRecordStore Records => _store;

    public override void Dispose()
    {
    }
}
