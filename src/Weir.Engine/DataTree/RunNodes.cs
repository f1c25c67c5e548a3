using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Engine.DataTree;

/// <summary>
/// What a run leaves in the data tree: a root of kind <c>run</c> when it starts, below it a <c>step</c> as each ends,
/// and a <c>result</c> at its own end. Pure: ids are derived from the run, so a commit that is made again makes the
/// same nodes.
/// </summary>
internal static class RunNodes
{
    public static string RootOf(string run, DateTimeOffset created) => NodeIds.Derive(created, '0', run);

    public static NodeRow OfStart(RunState run)
    {
        var data = new RunNodeData(run.Id, run.Flow, run.Inputs.Trigger)
        {
            Revision = run.Inputs.Revision, Params = run.Inputs.Params, TriggerData = run.Inputs.TriggerData,
        };
        return Root(run) with { Json = Body(run, data, NodeJson.Default.RunNodeData) };
    }

    public static NodeRow OfStep(RunState run, int step, DateTimeOffset now)
    {
        var state = run.Steps[step];
        var last = state.Current;
        var data = new StepNodeData(run.Id, state.Name, state.Status)
        {
            Reason = state.Reason,
            Message = state.Message,
            ExitCode = state.ExitCode,
            Attempts = state.Attempts.Length,
            Round = run.Round,
            ReusedFrom = state.Reused?.Handle,
            Agent = last?.Agent,
            Runtime = last?.Runtime,
            Image = last?.Image,
            Started = state.Started,
            Ended = state.Ended,
            Outputs = state.Outputs,
            Commands = last?.Commands ?? [],
        };
        return Child(run, state.Name, "step", '7', now) with
        {
            Json = Body(run, data, NodeJson.Default.StepNodeData, state.Artifacts),
        };
    }

    public static NodeRow OfEnd(RunState run, DateTimeOffset now)
    {
        var data = new ResultNodeData(run.Id, run.Flow, run.Status)
        {
            Reason = run.Reason,
            Message = run.Message,
            Started = run.Started,
            Ended = run.Ended,
            Losses = run.LossCount,
            Round = run.Round,
            Milliseconds = run.Ended is { } ended ? (long)(ended - run.Began).TotalMilliseconds : null,
        };
        return Child(run, "result", "result", 'f', now) with
        {
            Json = Body(run, data, NodeJson.Default.ResultNodeData),
        };
    }

    private static NodeRow Root(RunState run) => NodeRegistry.Below(null, RootOf(run.Id, run.Created), run.Flow) with
    {
        Namespace = run.Namespace, Kind = "run", Owner = run.Inputs.StartedBy, Created = run.Created,
    };

    private static NodeRow Child(RunState run, string name, string kind, char rank, DateTimeOffset now) =>
        NodeRegistry.Below(Root(run), NodeIds.Derive(now, rank, NameOf(run, kind, name)), name) with
        {
            Kind = kind, Owner = run.Inputs.StartedBy, Created = now,
        };

    private static string NameOf(RunState run, string kind, string name) =>
        run.Round == 0 ? $"{run.Id}/{kind}/{name}" : $"{run.Id}/{kind}/{name}/{run.Round}";

    // Written straight through, as every run makes some; read as a NodeBody.
    private static string Body<T>(
        RunState run, T data, JsonTypeInfo<T> type, ImmutableArray<ArtifactRecord> artifacts = default)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WritePropertyName("data");
        JsonSerializer.Serialize(writer, data, type);
        if (!artifacts.IsDefaultOrEmpty)
        {
            writer.WriteStartObject("artifacts");
            foreach (var artifact in artifacts)
                writer.WriteString(artifact.Name, new OwnArtifact(artifact.Digest, $"{artifact.Name}.tar").ToString());
            writer.WriteEndObject();
        }

        writer.WritePropertyName("task");
        var task = new NodeTask(NodeIds.UuidOf(run.Id), "run") { Run = run.Id, Flow = run.Flow };
        JsonSerializer.Serialize(writer, task, NodeJson.Default.NodeTask);
        writer.WriteEndObject();
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

internal sealed record NodeTask(Guid Uuid, string Type)
{
    public required string Run { get; init; }
    public required string Flow { get; init; }
}

internal sealed record RunNodeData(string Run, string Flow, string Trigger)
{
    public int? Revision { get; init; }
    public ImmutableSortedDictionary<string, JsonElement>? Params { get; init; }
    public ImmutableSortedDictionary<string, JsonElement>? TriggerData { get; init; }
}

internal sealed record StepNodeData(string Run, string Step, RunStatus Status)
{
    public ReasonCode Reason { get; init; }
    public string? Message { get; init; }
    public int? ExitCode { get; init; }
    public int Attempts { get; init; }

    /// <summary>How often its run was taken up again before.</summary>
    public int Round { get; init; }

    /// <summary>The run that executed it, when that is another one.</summary>
    public string? ReusedFrom { get; init; }
    public string? Agent { get; init; }
    public string? Runtime { get; init; }

    /// <summary>By its digest, as it really ran.</summary>
    public string? Image { get; init; }
    public DateTimeOffset? Started { get; init; }
    public DateTimeOffset? Ended { get; init; }
    public ImmutableSortedDictionary<string, string>? Outputs { get; init; }
    public IReadOnlyList<CommandRecord> Commands { get; init; } = [];
}

internal sealed record ResultNodeData(string Run, string Flow, RunStatus Status)
{
    public ReasonCode Reason { get; init; }
    public string? Message { get; init; }
    public DateTimeOffset? Started { get; init; }
    public DateTimeOffset? Ended { get; init; }
    public int Losses { get; init; }
    public int Round { get; init; }

    /// <summary>From being asked for to its end.</summary>
    public long? Milliseconds { get; init; }
}
