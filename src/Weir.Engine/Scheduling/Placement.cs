using Weir.Contracts.Agents;

namespace Weir.Engine.Scheduling;

/// <summary>An agent as scheduling sees it now.</summary>
public sealed record AgentStanding(string Name, AgentOffer Offer)
{
    public required AgentState State { get; init; }

    /// <summary>False when it was not heard for longer than a lease.</summary>
    public required bool Online { get; init; }
    public required int Busy { get; init; }
    public required int Slots { get; init; }

    /// <summary>Namespaces it may work for; empty = all.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>Why it takes nothing new, in its own words; null when it does.</summary>
    public string? Paused { get; init; }
}

/// <summary>
/// Which agents could take a waiting step, and what the others lack: <c>0/3 agents fit: 1 lacks label gpu=true, 2
/// busy</c>. Tells; what is handed out is decided by <see cref="ClaimDesk"/> alone.
/// </summary>
/// <param name="Agents">A line for each agent that may know of the step, the first few of them.</param>
internal sealed record Placement(string Summary, IReadOnlyList<string> Agents)
{
    private const int MostNamed = 20;

    public static Placement Of(Shape shape, string @namespace, IReadOnlyList<AgentStanding> agents)
    {
        var known = agents.Where(agent => agent.State != AgentState.Revoked).ToList();
        if (known.Count == 0) return new Placement("no agent has joined", ["weir agent join-token lets one join"]);
        var judged = known.ConvertAll(agent => (Agent: agent, Verdict: Judge(shape, @namespace, agent)));
        var fitting = judged.Count(one => one.Verdict.Kind == Fit.Fits);
        var counts = judged.Where(one => one.Verdict.Kind != Fit.Fits)
            .GroupBy(one => one.Verdict)
            .OrderBy(group => group.Key.Kind)
            .ThenByDescending(group => group.Count())
            .Select(group => Count(group.Key, group.Count()))
            .ToList();
        var summary = $"{fitting}/{known.Count} agents fit";
        var named = judged.Where(one => one.Verdict.Kind != Fit.OtherNamespace).ToList();
        List<string> lines = [.. named.Take(MostNamed).Select(one => Line(one.Agent, one.Verdict))];
        if (named.Count > MostNamed) lines.Add($"and {named.Count - MostNamed} more");
        return new Placement(counts.Count == 0 ? summary : $"{summary}: {string.Join(", ", counts)}", lines);
    }

    // What an agent can never do comes first: it would not help to wake, approve or free it.
    private static Verdict Judge(Shape shape, string @namespace, AgentStanding agent)
    {
        if (agent.Namespaces.Count > 0 && !agent.Namespaces.Contains(@namespace))
            return new Verdict(Fit.OtherNamespace, "");
        var missing = string.Join(", ", shape.MissingFrom(agent.Offer));
        if (missing.Length > 0) return new Verdict(Fit.Lacks, missing);
        if (agent.State == AgentState.Pending) return new Verdict(Fit.NotApproved, "");
        if (!agent.Online) return new Verdict(Fit.Offline, "");
        if (agent.State == AgentState.Draining) return new Verdict(Fit.Draining, "");
        if (agent.Paused is not null) return new Verdict(Fit.Paused, "");
        return new Verdict(agent.Busy >= agent.Slots ? Fit.Busy : Fit.Fits, "");
    }

    private static string Count(Verdict verdict, int count) => verdict.Kind switch
    {
        Fit.Lacks => $"{count} {(count == 1 ? "lacks" : "lack")} {verdict.Missing}",
        Fit.Busy => $"{count} busy",
        Fit.Draining => $"{count} draining",
        Fit.Paused => $"{count} paused",
        Fit.Offline => $"{count} offline",
        Fit.NotApproved => $"{count} not approved",
        _ => $"{count} for other namespaces",
    };

    private static string Line(AgentStanding agent, Verdict verdict) => $"agent {agent.Name} " + verdict.Kind switch
    {
        Fit.Fits => $"fits and has {agent.Slots - agent.Busy} of {agent.Slots} slots free",
        Fit.Lacks => $"lacks {verdict.Missing}",
        Fit.Busy => $"is busy: {agent.Busy} of {agent.Slots} slots",
        Fit.Draining => "is draining: `weir agent resume` lets it take work again",
        Fit.Paused => $"takes nothing new: {agent.Paused}",
        Fit.Offline => "is offline",
        _ => "waits for `weir agent approve`",
    };

    private enum Fit
    {
        Fits,
        Lacks,
        Busy,
        Paused,
        Draining,
        Offline,
        NotApproved,
        OtherNamespace,
    }

    private readonly record struct Verdict(Fit Kind, string Missing);
}
