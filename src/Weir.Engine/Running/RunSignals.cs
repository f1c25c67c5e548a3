using Weir.Contracts.AgentProtocol;
using Weir.Engine.Concurrency;
using Weir.Engine.Scheduling;
using Weir.Engine.Signals;

namespace Weir.Engine.Running;

/// <summary>
/// Wakes whoever waits for a change, after it is durable. Losing a wake costs time, never correctness.
/// </summary>
public sealed class RunSignals(ChangeWatch runs, ClaimWaiters claims, AgentMailboxes mailboxes)
{
    public ChangeWatch Runs => runs;

    /// <summary>The key in <see cref="Runs"/> of any change to any run of a namespace.</summary>
    public static string KeyOf(string @namespace) => "namespace/" + @namespace;
    public ClaimWaiters Claims => claims;
    public AgentMailboxes Mailboxes => mailboxes;

    /// <summary>Where another run may begin.</summary>
    public DueGroups Groups { get; } = new();

    /// <summary>Tells those agents that must end what they do for the run.</summary>
    internal void Stopping(RunState run)
    {
        foreach (var step in run.Steps)
        {
            if (step is not { IsHeld: true, Current: { StopAsked: not null } attempt }) continue;
            var fence = new AttemptFence(run.Id, step.Name, attempt.Number, attempt.Lease);
            mailboxes.Send(attempt.Agent, new ChannelMessage(ChannelMessageKind.Stop) { Fence = fence });
        }
    }

    /// <summary>Told of each change made here, after it is durable; must be quick.</summary>
    internal Action<RunState, IReadOnlyList<RunEffect>>? Observer { get; set; }

    internal void After(RunState run, IReadOnlyList<RunEffect> effects)
    {
        Observer?.Invoke(run, effects);
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case RunEffect.Enqueue e:
                    claims.Wake(run.Namespace, Shape.Of(run, e.Step));
                    break;
                case RunEffect.TellStop e:
                    mailboxes.Send(e.Agent, new ChannelMessage(ChannelMessageKind.Stop) { Fence = e.Fence });
                    break;
                default:
                    break;
            }
        }

        if (run is { Group: { } group, Ended: not null }) Groups.Add(GroupMembers.KeyOf(run.Namespace, group));
        runs.Pulse(run.Id);
        runs.Pulse(KeyOf(run.Namespace));
    }
}
