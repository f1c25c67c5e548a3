using Weir.Contracts.AgentProtocol;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Fake;
using static Weir.Tests.Agent.AgentBench;

namespace Weir.Tests.Agent;

public sealed class StepsToComeTests
{
    private static readonly NextStep Next =
        new("two") { Image = "an-image", Runtime = "fake", Workspace = NextWorkspace.Empty };

    [Fact]
    public void What_is_foreseen_is_prepared_once_the_step_at_hand_works() => Run(async (bench, seen) =>
    {
        bench.Controller.Next = [Next, Next with { Step = "three" }];
        bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "2s")));
        bench.Start();
        await bench.UntilAsync(() => bench.Machine.Running.Count > 0);
        await bench.SleepAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["gate one", "prepare two Empty", "prepare three Unknown"], seen);
    });

    [Fact]
    public void What_comes_is_settled_before_its_workspace_is_touched_and_is_kept() => Run(async (bench, seen) =>
    {
        bench.Controller.Next = [Next];
        bench.Controller.Enqueue("one", Work());
        bench.Controller.Next = [];
        await bench.RunOneAsync(Work(), "two");
        await bench.SleepAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(["gate one", "prepare two Empty", "settle two", "gate two"], seen);
    });

    [Fact]
    public void What_another_step_comes_instead_of_is_thrown_away_at_once() => Run(async (bench, seen) =>
    {
        bench.Controller.Next = [Next];
        bench.Controller.Enqueue("one", Work());
        bench.Controller.Next = [];
        await bench.RunOneAsync(Work(("FAKE_SLEEP", "1s")), "other");
        Assert.Equal(["gate one", "prepare two Empty", "discard two", "settle other", "gate other"], seen);
    });

    [Fact]
    public void What_follows_a_failure_is_thrown_away_at_once() => Run(async (bench, seen) =>
    {
        bench.Controller.Next = [Next];
        await bench.RunOneAsync(Work(("FAKE_EXIT_CODE", "1")));
        await bench.SleepAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["gate one", "prepare two Empty", "discard two"], seen);
    });

    [Fact]
    public void What_never_comes_is_thrown_away_after_a_while() => Run(async (bench, seen) =>
    {
        bench.Controller.Next = [Next];
        await bench.RunOneAsync(Work());
        await bench.SleepAsync(TimeSpan.FromSeconds(2));
        Assert.DoesNotContain("discard two", seen);
        await bench.SleepAsync(TimeSpan.FromSeconds(5));
        Assert.Contains("discard two", seen);
    });

    [Fact]
    public void An_agent_that_is_drained_prepares_nothing() => Run(async (bench, seen) =>
    {
        bench.Controller.Next = [Next];
        bench.Controller.Line = kind =>
        {
            bench.Controller.Drain |= kind == "claim";
            return Fate.Arrives;
        };
        await bench.RunOneAsync(Work(("FAKE_SLEEP", "1s")));
        Assert.Equal(["gate one"], seen);
    });

    private static void Run(Func<AgentBench, IReadOnlyList<string>, Task> test)
    {
        using var bench = new AgentBench();
        var machine = new Recorder(bench.Machine);
        bench.Runtimes = [machine];
        bench.Run(() => test(bench, machine.Seen));
    }

    /// <summary>The fake runtime, with a record of what it was asked besides.</summary>
    private sealed class Recorder(FakeRuntime inner) : IContainerRuntime
    {
        public List<string> Seen { get; } = [];

        public string Name => inner.Name;

        public RuntimeCapabilities Capabilities => inner.Capabilities;

        public async Task<IStepContainer> CreateAsync(ContainerSpec spec, CancellationToken cancellationToken)
        {
            var container = await inner.CreateAsync(spec, cancellationToken);
            Seen.Add($"gate {StepOf(spec.Key!)}");
            return container;
        }

        public Task<IStepContainer?> AdoptAsync(ContainerSpec spec, CancellationToken cancellationToken) =>
            inner.AdoptAsync(spec, cancellationToken);

        public Task SweepAsync(IReadOnlyList<ContainerSpec> keep, CancellationToken cancellationToken) =>
            inner.SweepAsync(keep, cancellationToken);

        public void Prepare(StepForecast forecast) =>
            Seen.Add($"prepare {StepOf(forecast.Key)} {forecast.Step.Workspace}");

        public Task SettleAsync(ContainerSpec spec, CancellationToken cancellationToken)
        {
            if (StepOf(spec.Key!) != "one") Seen.Add($"settle {StepOf(spec.Key!)}");
            return Task.CompletedTask;
        }

        public void Discard(string key) => Seen.Add($"discard {StepOf(key)}");

        private static string StepOf(string key) => key.Split('-')[^1];
    }
}
