using System.Security.Cryptography;
using Weir.Agent;
using Weir.Agent.Folders;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Fake;
using Weir.Testing.Simulation;

namespace Weir.Tests.Agent;

/// <summary>An agent with its controller and machine on one thread and virtual time: waiting costs nothing.</summary>
internal sealed class AgentBench : IDisposable
{
    private readonly SimScheduler _scheduler = new(seed: 1);
    private readonly string? _folder;
    private SimProcess? _process;
    private CancellationTokenSource _drain = new();
    private CancellationTokenSource _abort = new();

    public AgentBench(bool onDisk = false, bool adopts = false)
    {
        Controller = new FakeController(Time);
        Machine = new FakeRuntime(Time, adopts);
        Runtimes = [Machine];
        _folder = onDisk ? Directory.CreateTempSubdirectory("weir-agent-").FullName : null;
        Options = new AgentOptions { Name = "bench", DataDirectory = _folder ?? "" };
        Directories = () => _folder is null ? Memory : new DiskAgentDirectory(Options, Time);
    }

    public TimeProvider Time => _scheduler.Clock;

    public FakeController Controller { get; }

    public FakeRuntime Machine { get; }

    public IReadOnlyList<IContainerRuntime> Runtimes { get; set; }

    public AgentOptions Options { get; set; }

    public Func<AgentDirectory> Directories { get; set; }

    public ECDiffieHellman? Key { get; set; }

    public MemoryAgentDirectory Memory { get; } = new();

    public string Folder => _folder!;

    public Task Life { get; private set; } = Task.CompletedTask;

    public static StepWork Work(params (string Name, string Value)[] env) => new()
    {
        Commands = ["do it"],
        Env = env.ToDictionary(pair => pair.Name, pair => pair.Value),
        TimeoutMilliseconds = 3_600_000,
        KillGraceMilliseconds = 10_000,
    };

    public void Run(Func<Task> test) => _scheduler.Run(test, TimeSpan.FromDays(30), 3_000_000);

    /// <summary>Starts the agent, or its next life.</summary>
    public void Start()
    {
        (_drain, _abort) = (new CancellationTokenSource(), new CancellationTokenSource());
        var context = new AgentContext
        {
            Options = Options,
            Link = Controller,
            Directory = Directories(),
            Runtimes = Runtimes,
            Time = Time,
            Random = new Random(1),
            Key = Key,
        };
        var (drain, abort) = (_drain.Token, _abort.Token);
        _process = new SimProcess(_scheduler, "agent");
        Life = _process.RunAsync(async () =>
        {
            await new AgentLoop(context).RunAsync(drain, abort);
            return true;
        });
    }

    /// <summary>As by <c>kill -9</c>: the agent stops where it stands.</summary>
    public void Crash() => _process?.Kill();

    public async Task DrainAsync()
    {
        _drain.Cancel();
        await Life;
    }

    public async Task AbortAsync()
    {
        _abort.Cancel();
        await Life;
    }

    public async Task UntilAsync(Func<bool> condition, TimeSpan? atMost = null)
    {
        var start = Time.GetTimestamp();
        while (!condition())
        {
            Assert.True(
                Time.GetElapsedTime(start) < (atMost ?? TimeSpan.FromMinutes(5)), "it did not come about in time");
            if (Life.IsFaulted) await Life;
            await Task.Delay(TimeSpan.FromMilliseconds(2), Time);
        }
    }

    public async Task<AttemptOutcome> OutcomeAsync(AttemptFence fence, TimeSpan? atMost = null)
    {
        await UntilAsync(() => Controller.Outcomes.ContainsKey(fence), atMost);
        return Controller.Outcomes[fence];
    }

    public async Task<AttemptOutcome> RunOneAsync(StepWork work, string step = "one")
    {
        if (Life.IsCompleted) Start();
        return await OutcomeAsync(Controller.Enqueue(step, work));
    }

    public Task SleepAsync(TimeSpan time) => Task.Delay(time, Time);

    public static void AssertOutcome(RunStatus status, ReasonCode reason, AttemptOutcome outcome) =>
        Assert.Equal((status, reason), (outcome.Status, outcome.Reason));

    public void Dispose()
    {
        _drain.Dispose();
        _abort.Dispose();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }
}
