using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Contracts.Runs;
using Weir.Engine.Concurrency;
using Weir.Engine.Definitions;
using Weir.Engine.Identity;
using Weir.Engine.Planning;
using Weir.Engine.Storage;

namespace Weir.Engine.Running;

/// <summary>Finds a revision of a stored flow; null = the newest. Null answer: there is none.</summary>
public delegate ValueTask<StoredFlow?> FlowLookup(
    string @namespace, string name, int? revision, CancellationToken cancellationToken);

public sealed record StoredFlow(FlowDefinition Definition, int Revision);

/// <summary>Turns a request into a stored run.</summary>
public sealed class RunStarter(
    RunKeeper keeper, RunGroups groups, FlowLookup flows, IdSource ids, TimeProvider time)
{
    /// <summary>
    /// What a stored flow becomes when nothing is asked of it; a definition is one object while it is in use.
    /// </summary>
    private readonly ConditionalWeakTable<FlowDefinition, MadePlan> _plain = [];

    public async Task<StartRunOutcome> StartAsync(
        string @namespace, string by, StartRunRequest request, CancellationToken cancellationToken)
    {
        if (await EarlierAsync(@namespace, request, cancellationToken) is { } earlier) return earlier;
        StoredFlow? flow;
        IReadOnlyList<Problem> warnings = [];
        if (request.Definition is { } text)
        {
            var read = FlowReader.Read(text, request.File);
            if (read.Flow is null) return new StartRunOutcome.Invalid(read.Problems);
            flow = new StoredFlow(read.Flow, 0);
            warnings = read.Problems;
        }
        else
        {
            flow = await flows(@namespace, request.Flow ?? "", request.Revision, cancellationToken);
            if (flow is null) return new StartRunOutcome.FlowNotFound(request.Flow ?? "");
        }

        var (plan, problems) = PlanOf(flow.Definition, request);
        if (plan is null) return new StartRunOutcome.Invalid(problems);
        var run = Make(@namespace, by, request, flow, plan);
        var (group, problem) = GroupName.Of(run);
        if (problem is not null) return new StartRunOutcome.Invalid([problem]);
        run = run with { Group = group };
        var inserted = await groups.InsertAsync(
            run, plan.Row, IdempotencyOf(@namespace, request, run), cancellationToken);
        if (inserted.Run is { } stored) return new StartRunOutcome.Started(RunViews.Of(stored), warnings);
        return await EarlierAsync(@namespace, request, cancellationToken)
            ?? throw new StoreUnavailableException("the run could not be stored");
    }

    private (MadePlan? Plan, IReadOnlyList<Problem> Problems) PlanOf(FlowDefinition definition, StartRunRequest request)
    {
        var plain = request.Params.Count == 0 && request.Runtime is null;
        if (plain && _plain.TryGetValue(definition, out var known)) return (known, []);
        var planned = Planner.Plan(definition, new PlanInputs { Params = request.Params, Runtime = request.Runtime });
        if (planned.Plan is null) return (null, planned.Problems);
        var json = RunCodec.PlanJson(planned.Plan);
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)));
        var graph = keeper.KnownGraph(digest) ?? new PlanGraph(planned.Plan);
        var made = new MadePlan(new PlanRow(digest, json), graph, planned.Params);
        if (plain) _plain.AddOrUpdate(definition, made);
        return (made, []);
    }

    private RunState Make(
        string @namespace, string by, StartRunRequest request, StoredFlow flow, MadePlan plan) => new()
        {
            Id = ids.Next(),
            Namespace = @namespace,
            PlanDigest = plan.Row.Digest,
            Graph = plan.Graph,
            Inputs = new RunInputs
            {
                Revision = flow.Revision > 0 ? flow.Revision : null,
                StartedBy = by,
                Priority = request.Priority,
                Params = plan.Params,
            },
            Created = time.GetUtcNow(),
            Steps = [.. plan.Graph.Plan.Steps.Select(s => new StepState { Name = s.Name })],
        };

    private async Task<StartRunOutcome?> EarlierAsync(
        string @namespace, StartRunRequest request, CancellationToken cancellationToken)
    {
        if (request.IdempotencyKey is not { Length: > 0 } key) return null;
        if (await keeper.Store.GetIdempotencyAsync(@namespace, key, cancellationToken) is not { } earlier) return null;
        if (earlier.ContentHash != HashOf(request)) return new StartRunOutcome.IdempotencyMismatch(key);
        return await keeper.LoadAsync(earlier.Run, cancellationToken) is { } run
            ? new StartRunOutcome.Existing(RunViews.Of(run))
            : null;
    }

    private IdempotencyRow? IdempotencyOf(string @namespace, StartRunRequest request, RunState run) =>
        request.IdempotencyKey is { Length: > 0 } key
            ? new IdempotencyRow(@namespace, key, HashOf(request), run.Id, time.GetUtcNow())
            : null;

    private static string HashOf(StartRunRequest request)
    {
        var canonical = request with { Params = request.Params.ToImmutableSortedDictionary(), IdempotencyKey = null };
        return Convert.ToHexStringLower(
            SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(canonical, WeirJson.Default.StartRunRequest)));
    }

    private sealed record MadePlan(
        PlanRow Row, PlanGraph Graph, ImmutableSortedDictionary<string, JsonElement> Params);
}
