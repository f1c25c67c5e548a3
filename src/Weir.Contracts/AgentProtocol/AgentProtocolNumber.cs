namespace Weir.Contracts.AgentProtocol;

/// <summary>
/// The number of the agent protocol. A controller serves its own and the one before, so that controllers can be
/// replaced one by one and agents after them; an agent that came first speaks the one before until all controllers
/// know its own.
/// </summary>
public static class AgentProtocolNumber
{
    public const int Current = 1;

    public static IReadOnlyList<int> ServedBy(int own) => own > 1 ? [own - 1, own] : [own];
}
