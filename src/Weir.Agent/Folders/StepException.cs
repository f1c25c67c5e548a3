using Weir.Contracts.Statuses;

namespace Weir.Agent.Folders;

/// <summary>A step cannot go on; becomes its outcome.</summary>
public sealed class StepException(ReasonCode reason, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public ReasonCode Reason => reason;
}
