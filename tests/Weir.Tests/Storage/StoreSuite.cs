using Weir.Engine.Storage;

namespace Weir.Tests.Storage;

/// <summary>
/// What every backend of documents and records must do; each suite below has one small subclass for each backend.
/// </summary>
public abstract class StoreSuite : IDisposable
{
    protected abstract IDocumentStore Documents { get; }

    protected abstract IRecordStore Records { get; }

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public abstract void Dispose();

    protected ValueTask<CommitOutcome> Commit(Commit commit) => Records.CommitAsync(commit, Token);
}
