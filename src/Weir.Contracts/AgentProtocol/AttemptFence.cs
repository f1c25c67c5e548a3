namespace Weir.Contracts.AgentProtocol;

/// <summary>Names one leased execution of a step. Every write of an agent carries it; the store compares it.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="Step">The step's name within the run.</param>
/// <param name="Attempt">Numbered from 1.</param>
/// <param name="Lease">The number of the lease under which the attempt runs.</param>
public sealed record AttemptFence(string Run, string Step, int Attempt, long Lease)
{
    public override string ToString() => $"{Run}/{Step}/{Attempt}@{Lease}";
}
