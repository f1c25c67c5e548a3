using Weir.Engine.Planning;
using Weir.Engine.Running;

namespace Weir.Engine.Scheduling;

/// <summary>
/// What a step asks of its agent, as canonical text: requirements in a fixed order, one a line. Steps of equal shape
/// share a lane of the queue, so that matching looks at lanes, never at entries.
/// </summary>
/// <remarks>
/// <c>agent=ID</c> (it has the workspace) · <c>runtime=NAME</c>, <c>image</c> (any runtime with images) or
/// <c>commands</c> (any that runs commands without one) · <c>label:KEY=VALUE</c>, sorted by key; a key in
/// <c>host.</c> is looked for among what the agent says of its host.
/// </remarks>
public readonly record struct Shape(string Text)
{
    private const string AgentPrefix = "agent=";
    private const string RuntimePrefix = "runtime=";
    private const string LabelPrefix = "label:";
    private const string HostPrefix = "host.";
    private static readonly string[] ImageRuntimes = ["docker", "swarm", "nomad"];
    private static readonly string[] CommandRuntimes = ["process"];

    internal static Shape Of(RunState run, int step)
    {
        var plan = run.Plan.Steps[step];
        var source = Workspaces.SourceOf(run, step);
        var place = PlaceOf(plan);
        return new Shape(source is { Digest: null } ? $"{AgentPrefix}{source.Agent}\n{place}" : place);
    }

    /// <summary>True when an agent that can run the one can run the other.</summary>
    public static bool SamePlace(PlanStep one, PlanStep other) => PlaceOf(one) == PlaceOf(other);

    public bool IsMetBy(AgentOffer offer)
    {
        foreach (var line in Text.AsSpan().EnumerateLines())
        {
            if (!IsMet(line, offer)) return false;
        }

        return true;
    }

    /// <summary>What of it the agent does not offer, for people.</summary>
    public IEnumerable<string> MissingFrom(AgentOffer offer) =>
        Text.Split('\n').Where(line => !IsMet(line, offer)).Select(Describe);

    /// <summary>For people: <c>runtime process, label gpu=true</c>.</summary>
    public string Describe() => string.Join(", ", Text.Split('\n').Select(Describe));

    private static string Describe(string line) => line switch
    {
        "image" => "a container runtime",
        "commands" => "the process runtime",
        _ when line.StartsWith(AgentPrefix, StringComparison.Ordinal) =>
            $"the workspace (on agent {line[AgentPrefix.Length..]})",
        _ when line.StartsWith(RuntimePrefix, StringComparison.Ordinal) => $"runtime {line[RuntimePrefix.Length..]}",
        _ => $"label {line[LabelPrefix.Length..]}",
    };

    private static string PlaceOf(PlanStep plan)
    {
        var runtime = plan.Runtime is { } name ? RuntimePrefix + name : plan.Image is null ? "commands" : "image";
        return plan.Labels.IsEmpty
            ? runtime
            : $"{runtime}\n{string.Join('\n', plan.Labels.Select(l => $"{LabelPrefix}{l.Key}={l.Value}"))}";
    }

    private static bool IsMet(ReadOnlySpan<char> line, AgentOffer offer)
    {
        if (line is "image") return offer.Runtimes.Any(ImageRuntimes.Contains);
        if (line is "commands") return offer.Runtimes.Any(CommandRuntimes.Contains);
        if (line.StartsWith(AgentPrefix)) return line[AgentPrefix.Length..].SequenceEqual(offer.Agent);
        if (line.StartsWith(RuntimePrefix)) return offer.Runtimes.Contains(line[RuntimePrefix.Length..].ToString());
        var label = line[LabelPrefix.Length..];
        var equals = label.IndexOf('=');
        var known = label.StartsWith(HostPrefix) ? offer.Host : offer.Labels;
        return known.TryGetValue(label[..equals].ToString(), out var value)
            && label[(equals + 1)..].SequenceEqual(value);
    }
}

/// <summary>What an agent brings to a claim.</summary>
public sealed record AgentOffer(
    string Agent, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<string> Runtimes)
{
    /// <summary>
    /// The agent's own word, under keys in <c>host.</c>: it narrows where work goes and opens nothing.
    /// </summary>
    public IReadOnlyDictionary<string, string> Host { get; init; } = new Dictionary<string, string>();
}
