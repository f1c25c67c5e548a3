using System.Diagnostics.CodeAnalysis;
using Weir.Agent;
using Weir.Agent.Folders;
using Weir.Engine.Scheduling;
using Weir.Engine.Storage;
using Weir.Runtimes.Fake;

namespace Weir.Testing.Simulation;

/// <summary>An agent on its machine: disk, clock and runtime stay, the process comes and goes.</summary>
internal sealed class SimAgent
{
    private readonly SimWorld _world;
    private readonly MemoryAgentDirectory _disk = new();
    private readonly TimeProvider _clock;
    private readonly AgentIdentity _identity;
    private readonly int _slots;
    private SimLink? _link;

    public SimAgent(SimWorld world, int number)
    {
        _world = world;
        Id = $"agent-{number}";
        _slots = 1 + world.Random.Next(3);
        var skew = world.Faults.ClockSkew * ((world.Random.NextDouble() * 2) - 1);
        _clock = new SkewedClock(world.Clock, TimeSpan.FromMinutes(world.Random.Next(-60, 60)), 1 + skew);
        // The first agent and every second other one can run everything, so that no label waits for ever.
        var labels = number % 2 == 0 ? new Dictionary<string, string> { ["zone"] = "a" } : [];
        _identity = new AgentIdentity(Id, Id) { Labels = labels };
        Machine = new SimRuntime(world, new FakeRuntime(world.Clock, world.Faults.StepsOutliveAgents));
        Start();
    }

    public string Id { get; }
    public SimRuntime Machine { get; }
    public SimProcess? Process { get; private set; }
    public bool IsUp => Process is { IsDead: false };

    /// <summary>Dead for good: its machine burned down.</summary>
    public bool IsGone { get; set; }

    public bool IsCut
    {
        get => _link?.IsCut ?? false;
        set
        {
            if (_link is not null) _link.IsCut = value;
        }
    }

    /// <summary>Controllers that it cannot reach.</summary>
    public HashSet<int> CutFrom { get; } = [];

    public static string ContainerOf(LogKey log, long lease) => $"{log.Run}-{log.Step}-{log.Attempt}-{lease}";

    public void Start()
    {
        _world.Trace($"{Id} starts with {_slots} slots");
        var process = Process = new SimProcess(_world.Scheduler, Id);
        _link = new SimLink(_world, _identity, CutFrom);
        var context = new AgentContext
        {
            Options = new AgentOptions { Name = Id, DataDirectory = "", Slots = _slots },
            Link = _link,
            Directory = _disk,
            Runtimes = [Machine],
            Time = _clock,
            Random = _world.Random,
        };
        process.Post(_ => _ = RunAsync(context), null);
    }

    /// <summary>As by <c>kill -9</c>. What it was running goes on only where containers outlive their agents.</summary>
    public void Kill()
    {
        _world.Trace($"{Id} is killed");
        Process?.Kill();
        if (_world.Faults.StepsOutliveAgents) Machine.LoseExclusive();
        else Machine.LoseAll();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever an agent dies of is what the simulator looks for.")]
    private async Task RunAsync(AgentContext context)
    {
        try
        {
            await new AgentLoop(context).RunAsync(CancellationToken.None, CancellationToken.None);
        }
        catch (Exception broken)
        {
            _world.Break($"{Id} fell over: {broken}");
        }
    }
}
