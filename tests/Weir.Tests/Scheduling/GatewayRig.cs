using Microsoft.Extensions.Logging.Abstractions;
using Weir.Contracts.AgentProtocol;
using Weir.Engine;
using Weir.Engine.Identity;
using Weir.Engine.Planning;
using Weir.Engine.Running;
using Weir.Engine.Scheduling;
using Weir.Engine.Storage;
using Weir.Engine.Storage.Memory;
using Weir.Engine.Vault;
using Weir.Testing;

namespace Weir.Tests.Scheduling;

/// <summary>A controller core over memory, with a clock that the test moves.</summary>
internal sealed class GatewayRig
{
    private readonly IdSource _ids;

    /// <param name="secretsFor">Null where no step has secrets.</param>
    /// <param name="beside">A core whose stores are shared; null = stores of its own.</param>
    public GatewayRig(Func<RunKeeper, AttemptSecrets>? secretsFor = null, GatewayRig? beside = null)
    {
        (Store, Logs) = beside is null ? (new(), new()) : (beside.Store, beside.Logs);
        var stores = new ControllerStores(Store, Store, Logs, new MemoryBlobStore());
        _ids = new IdSource(Time, new Random(1));
        var sources = new CoreSources(Time, _ids, NullLoggerFactory.Instance) { SecretsFor = secretsFor };
        Core = new ControllerCore(stores, static (_, _, _, _) => default, sources, new RunTiming(), Safeguards.All);
    }

    public ManualTime Time { get; } = new();
    public MemoryStore Store { get; }
    public MemoryLogStore Logs { get; }
    public ControllerCore Core { get; }
    public AgentIdentity Agent { get; init; } = new("agent-1", "one");

    /// <summary>Starts a run with those steps on the fake runtime; returns its id.</summary>
    public Task<string> StartAsync(params string[] steps) => StartAsync(
        [.. steps.Select(step => new PlanStep { Name = step, Commands = ["true"], Runtime = "fake" })]);

    public Task<string> StartAsync(params PlanStep[] steps) => StartAsync(new RunInputs(), steps);

    public async Task<string> StartAsync(RunInputs inputs, params PlanStep[] steps)
    {
        var plan = new Plan { Flow = "f", Steps = [.. steps] };
        var run = new RunState
        {
            Id = _ids.Next(),
            Namespace = "default",
            PlanDigest = string.Join('-', steps.Select(step => step.Name)),
            Graph = new PlanGraph(plan),
            Inputs = inputs,
            Created = Time.GetUtcNow(),
            Steps = [.. steps.Select(s => new StepState { Name = s.Name })],
        };
        await Core.Groups.InsertAsync(
            run, new PlanRow(run.PlanDigest, RunCodec.PlanJson(plan)), null, CancellationToken.None);
        return run.Id;
    }

    public async Task<IReadOnlyList<Assignment>> ClaimAsync(long number, int slots)
    {
        var request = new ClaimRequest(new ClaimNonce(1, number), slots, 0) { Runtimes = ["fake", "docker"] };
        return (await Core.Gateway.ClaimAsync(Agent, request, CancellationToken.None)).Assignments;
    }
}
