using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Planning;
using Weir.Engine.Running;
using Weir.Engine.Scheduling;

namespace Weir.Tests.Running;

/// <summary>A run in the machine's hands, with a clock that the test moves.</summary>
internal sealed class MachineHarness
{
    private readonly RunMachine _machine = new(new RunTiming(), Safeguards.All);

    public MachineHarness(params PlanStep[] steps)
        : this(new Plan { Flow = "build", Steps = [.. steps] })
    {
    }

    public MachineHarness(Plan plan)
    {
        Now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var state = new RunState
        {
            Id = "run",
            Namespace = "default",
            PlanDigest = "digest",
            Graph = new PlanGraph(plan),
            Inputs = new RunInputs(),
            Created = Now,
            Steps = [.. plan.Steps.Select(s => new StepState { Name = s.Name })],
        };
        Run = _machine.Begin(state, Now);
    }

    public RunState Run { get; private set; }
    public DateTimeOffset Now { get; private set; }

    public StepState this[string step] => Run.Steps[Run.Graph.PositionOf(step)];

    public static PlanStep Step(string name, string? when = null, params string[] needs) => new()
    {
        Name = name,
        Commands = ["true"],
        When = when,
        Needs = needs.Length > 0 ? [.. needs] : null,
    };

    public EventVerdict Apply(RunEvent happened)
    {
        var transition = _machine.Apply(Run, happened, Now);
        Run = transition.State;
        return transition.Verdict;
    }

    public AttemptFence Claim(string step, string agent = "a")
    {
        Assert.Equal(
            EventVerdict.Accepted, Apply(new RunEvent.Claimed(step, agent, new ClaimNonce(1, Run.LastLease + 1), 0)));
        return new AttemptFence("run", step, this[step].Current!.Number, this[step].Current!.Lease);
    }

    public EventVerdict Finish(
        AttemptFence fence, RunStatus status = RunStatus.Success, ReasonCode reason = ReasonCode.None,
        int? exitCode = null) =>
        Apply(new RunEvent.Finished(
            fence, this[fence.Step].Attempts[fence.Attempt - 1].Agent,
            new AttemptOutcome(status, reason) { ExitCode = exitCode }));

    /// <summary>Claims and fails with exit code 1.</summary>
    public void Fail(string step) => Finish(Claim(step), RunStatus.Failed, ReasonCode.Exit, 1);

    public void Succeed(string step) => Finish(Claim(step));

    /// <summary>Moves the clock and looks at deadlines.</summary>
    public EventVerdict Wait(TimeSpan time)
    {
        Now += time;
        return Apply(new RunEvent.Ticked());
    }

    public DateTimeOffset? Due => _machine.DueOf(Run);
}
