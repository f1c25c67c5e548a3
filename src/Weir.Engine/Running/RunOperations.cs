using Weir.Contracts.Runs;
using Weir.Engine.Storage;

namespace Weir.Engine.Running;

/// <summary>What people may ask about runs. A handle is an id, a suffix of ≥ 6 characters, <c>flow#7</c>, <c>@latest</c>, <c>@latest:flow</c>.</summary>
public sealed class RunOperations
{
    public Task<StartRunOutcome> StartAsync(string @namespace, string by, StartRunRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<RunView?> GetAsync(string @namespace, string handle, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<RunView>> ListAsync(RunQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<CancelOutcome> CancelAsync(string @namespace, string handle, string by, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<DeleteRunOutcome> DeleteAsync(string @namespace, string handle, string by, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<RunExplanation?> ExplainAsync(string @namespace, string handle, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Completes when the run changed since it was read at that version; the caller reads again.</summary>
    public Task WaitForChangeAsync(string run, long version, CancellationToken cancellationToken) => throw new NotSupportedException();
}
