using Microsoft.Extensions.Logging.Abstractions;
using Weir.Contracts.AgentProtocol;
using Weir.Engine;
using Weir.Engine.Identity;
using Weir.Engine.Planning;
using Weir.Engine.Running;
using Weir.Engine.Scheduling;
using Weir.Engine.Storage;
using Weir.Engine.Storage.Memory;
using Weir.Testing;

namespace Weir.Tests.Scheduling;

/// <summary>A controller core over memory, with a clock that the test moves.</summary>
internal sealed class GatewayRig
{
    private readonly IdSource _ids;

    public GatewayRig()
    {
        var stores = new ControllerStores(Store, Store, new MemoryLogStore(), new MemoryBlobStore());
        _ids = new IdSource(Time, new Random(1));
        var sources = new CoreSources(Time, _ids, NullLoggerFactory.Instance);
        Core = new ControllerCore(stores, static (_, _, _, _) => default, sources, new RunTiming(), Safeguards.All);
    }

    public ManualTime Time { get; } = new();
    public MemoryStore Store { get; } = new();
    public ControllerCore Core { get; }
    public AgentIdentity Agent { get; } = new("agent-1", "one");

    /// <summary>Starts a run with those steps on the fake runtime; returns its id.</summary>
    public Task<string> StartAsync(params string[] steps) => StartAsync(
        [.. steps.Select(step => new PlanStep { Name = step, Commands = ["true"], Runtime = "fake" })]);

    public async Task<string> StartAsync(params PlanStep[] steps)
    {
        var plan = new Plan { Flow = "f", Steps = [.. steps] };
        var run = new RunState
        {
            Id = _ids.Next(),
            Namespace = "default",
            PlanDigest = string.Join('-', steps.Select(step => step.Name)),
            Graph = new PlanGraph(plan),
            Inputs = new RunInputs(),
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
