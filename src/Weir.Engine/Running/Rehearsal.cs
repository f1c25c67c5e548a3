using System.Collections.Immutable;
using System.Text.Json;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Planning;
using Weir.Engine.Scheduling;

namespace Weir.Engine.Running;

/// <summary>
/// What a run would do if every step that runs succeeds: the run machine itself, with nobody executing anything.
/// </summary>
public static class Rehearsal
{
    private const string Nobody = "nobody";
    private static readonly string NoDigest = "sha256:" + new string('0', 64);

    /// <summary>
    /// In the order of the plan. An output has its own name, as in <c>&lt;build.version&gt;</c>, for value.
    /// </summary>
    public static IReadOnlyList<RehearsedStep> Of(Plan plan, ImmutableSortedDictionary<string, JsonElement> values)
    {
        var machine = new RunMachine(new RunTiming(), Safeguards.All);
        var now = DateTimeOffset.UnixEpoch;
        var run = machine.Begin(
            new RunState
            {
                Id = Nobody,
                Namespace = "default",
                PlanDigest = Nobody,
                Graph = new PlanGraph(plan),
                Inputs = new RunInputs { Params = values },
                Number = 1,
                Created = now,
                Steps = [.. plan.Steps.Select(step => new StepState { Name = step.Name })],
            },
            now);
        var works = new StepWork?[plan.Steps.Length];
        while (!run.Status.IsFinal())
        {
            var next = Enumerable.Range(0, works.Length).First(i => run.Steps[i].Phase == StepPhase.Queued);
            works[next] = WorkBuilder.Build(run, next).Work;
            run = Succeed(machine, run, next, works[next]!);
        }

        return [.. Enumerable.Range(0, works.Length).Select(i => Tell(plan.Steps[i], run.Steps[i], works[i]))];
    }

    private static RunState Succeed(RunMachine machine, RunState run, int step, StepWork work)
    {
        var name = run.Steps[step].Name;
        var claim = new RunEvent.Claimed(name, Nobody, new ClaimNonce(1, run.LastLease + 1), 0);
        var claimed = machine.Apply(run, claim, run.Created).State;
        var outcome = new AttemptOutcome(RunStatus.Success, ReasonCode.None)
        {
            Outputs = work.Outputs.ToDictionary(output => output, output => $"<{name}.{output}>"),
            Artifacts = [.. work.Artifacts.Select(artifact => new ArtifactRecord(artifact.Name, NoDigest, 0, 0))],
        };
        var fence = new AttemptFence(run.Id, name, 1, claimed.LastLease);
        return machine.Apply(claimed, new RunEvent.Finished(fence, Nobody, outcome), run.Created).State;
    }

    private static RehearsedStep Tell(PlanStep plan, StepState step, StepWork? work)
    {
        var why = work is null ? step.Message ?? "it is not wanted"
            : plan.When is { } condition ? $"as `{condition}` holds"
            : "as nothing before it failed";
        return new RehearsedStep(step.Name, work is not null, why, work?.Image ?? plan.Image, plan.Runtime);
    }
}

/// <param name="Why">For people.</param>
/// <param name="Image">Resolved, for a step that runs.</param>
public sealed record RehearsedStep(string Name, bool Runs, string Why, string? Image, string? Runtime);
