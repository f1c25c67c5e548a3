using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Contracts.Json;
using Weir.Engine.Planning;
using Weir.Engine.Storage;

namespace Weir.Engine.Running;

/// <summary>
/// Between run states and the rows that stores keep. Unknown fields are passed over, so older code reads newer rows.
/// </summary>
public static class RunCodec
{
    public static RunRow ToRow(RunState run, DateTimeOffset? due)
    {
        var details = new RunDetails
        {
            Inputs = run.Inputs,
            Stop = run.Stop,
            Group = run.Group,
            WaitsForGroup = run.WaitsForGroup,
            Admitted = run.Admitted,
            LastLease = run.LastLease,
            Message = run.Message,
        };
        return new RunRow(
            run.Id, run.Namespace, run.Flow, JsonSerializer.Serialize(details, StateJson.Default.RunDetails))
        {
            Number = run.Number,
            Revision = run.Inputs.Revision,
            Status = run.Status,
            Reason = run.Reason,
            PlanDigest = run.PlanDigest,
            Version = run.Version,
            Created = run.Created,
            Started = run.Started,
            Ended = run.Ended,
            Due = due,
        };
    }

    public static StepRow ToRow(RunState run, int step)
    {
        var state = run.Steps[step];
        return new StepRow(
            run.Id, step, state.Name, state.Status, JsonSerializer.Serialize(state, StateJson.Default.StepState));
    }

    public static RunState FromRows(RunRow row, IReadOnlyList<StepRow> steps, PlanGraph graph)
    {
        var details = ReadDetails(row);
        return new RunState
        {
            Id = row.Id,
            Namespace = row.Namespace,
            PlanDigest = row.PlanDigest,
            Graph = graph,
            Inputs = details.Inputs,
            Number = row.Number,
            Status = row.Status,
            Reason = row.Reason,
            Message = details.Message,
            Created = row.Created,
            Started = row.Started,
            Ended = row.Ended,
            Stop = details.Stop,
            Group = details.Group,
            WaitsForGroup = details.WaitsForGroup,
            Admitted = details.Admitted,
            LastLease = details.LastLease,
            Version = row.Version,
            Steps =
            [
                .. steps.OrderBy(s => s.Index)
                    .Select(s => JsonSerializer.Deserialize(s.Json, StateJson.Default.StepState)!),
            ],
        };
    }

    internal static RunDetails ReadDetails(RunRow row) =>
        JsonSerializer.Deserialize(row.Json, StateJson.Default.RunDetails)!;

    public static string PlanJson(Plan plan) => JsonSerializer.Serialize(plan, StateJson.Default.Plan);

    public static Plan ReadPlan(string json)
    {
        var plan = JsonSerializer.Deserialize(json, StateJson.Default.Plan)!;
        return plan.Schema <= Plan.CurrentSchema
            ? plan
            : throw new InvalidDataException(
                $"the plan has schema {plan.Schema}; this version reads up to {Plan.CurrentSchema}");
    }
}

/// <summary>What a run's row keeps beside its columns.</summary>
internal sealed record RunDetails
{
    public required RunInputs Inputs { get; init; }
    public RunStop? Stop { get; init; }
    public string? Group { get; init; }
    public bool WaitsForGroup { get; init; }
    public DateTimeOffset? Admitted { get; init; }
    public long LastLease { get; init; }
    public string? Message { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true,
    Converters = [typeof(InstantConverter)])]
[JsonSerializable(typeof(Plan))]
[JsonSerializable(typeof(RunDetails))]
[JsonSerializable(typeof(StepState))]
[JsonSerializable(typeof(RunEventData))]
internal sealed partial class StateJson : JsonSerializerContext;
