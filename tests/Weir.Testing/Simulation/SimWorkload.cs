using Weir.Contracts.Statuses;
using Weir.Contracts.Tokens;
using Weir.Engine.Identity;
using Weir.Engine.Planning;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Testing.Simulation;

/// <summary>People: they start runs, cancel some, and insist until they are answered.</summary>
internal sealed class SimWorkload(SimWorld world)
{
    public const string Namespace = "default";
    private readonly List<string> _started = [];

    public async Task RunAsync(int runs, TimeSpan within)
    {
        var ids = new IdSource(world.Clock, world.Random);
        for (var i = 0; i < runs; i++)
        {
            await world.PassAsync(within / runs);
            var run = NewRun(ids.Next());
            _started.Add(run.Id);
            await InsistAsync(c => InsertAsync(c, run));
            if (world.Random.Next(5) == 0) _ = CancelAsync(run.Id);
            foreach (var step in run.Plan.Steps.Where(step => step.Approval is not null))
            {
                if (world.Random.Next(4) > 0) _ = DecideAsync(run.Id, step.Name, step.Approval!);
            }
        }
    }

    /// <summary>A run that has not ended, or null.</summary>
    public async Task<string?> OpenRunAsync()
    {
        foreach (var id in _started)
        {
            var row = await world.Rows.GetRunAsync(id, CancellationToken.None);
            if (row is null || !row.Status.IsFinal()) return id;
        }

        return null;
    }

    private RunState NewRun(string id)
    {
        var plan = SimPlans.Draw(world.Random);
        return new RunState
        {
            Id = id,
            Namespace = Namespace,
            PlanDigest = id,
            Graph = new PlanGraph(plan),
            Inputs = new RunInputs { Priority = world.Random.Next(3) },
            Group = plan.Concurrency?.Group,
            Created = world.Clock.GetUtcNow(),
            Steps = [.. plan.Steps.Select(s => new StepState { Name = s.Name })],
        };
    }

    private async Task<bool> InsertAsync(SimController controller, RunState run)
    {
        if (await world.Rows.GetRunAsync(run.Id, CancellationToken.None) is not null) return true;
        var plan = new PlanRow(run.PlanDigest, RunCodec.PlanJson(run.Plan));
        run = run with { Created = world.Clock.GetUtcNow() };
        await controller.Core.Groups.InsertAsync(run, plan, null, CancellationToken.None);
        return true;
    }

    private async Task CancelAsync(string run)
    {
        await world.PassAsync(TimeSpan.FromMinutes(2));
        await InsistAsync(
            async c => await c.Core.Runs.CancelAsync(
                Namespace, run, "someone", CancellationToken.None) != CancelOutcome.NotFound);
    }

    /// <summary>Someone, allowed or not, comes a few times and decides once the step asks.</summary>
    private async Task DecideAsync(string run, string step, PlanApproval approval)
    {
        var who = world.Random.Next(3) == 0 ? "bob" : "ann";
        var decision = new StepDecision(step, world.Random.Next(3) > 0, who, TokenRole.Runner);
        if (Approvals.MayDecide(approval, who, TokenRole.Runner))
            world.Watch.MayBeDecided(new StepKey(run, step), decision);
        DecideOutcome? outcome = null;
        for (var visits = 0; visits < 5 && outcome is null or DecideOutcome.NotAsked; visits++)
        {
            await world.PassAsync(TimeSpan.FromMinutes(6));
            await InsistAsync(async c =>
            {
                outcome = await c.Core.Runs.DecideAsync(Namespace, run, decision, CancellationToken.None);
                return true;
            });
        }
    }

    private async Task InsistAsync(Func<SimController, Task<bool>> ask)
    {
        while (true)
        {
            if (world.AnyController() is { } controller && await TryAsync(controller, ask)) return;
            await world.PassAsync(TimeSpan.FromSeconds(5));
        }
    }

    private async Task<bool> TryAsync(SimController controller, Func<SimController, Task<bool>> ask)
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var timer = world.Clock.CreateTimer(
            _ => answer.TrySetResult(false), null, TimeSpan.FromSeconds(30), Timeout.InfiniteTimeSpan);
        _ = ForwardAsync(controller.Process.RunAsync(() => ask(controller)), answer);
        return await answer.Task;
    }

    private static async Task ForwardAsync(Task<bool> from, TaskCompletionSource<bool> to)
    {
        try
        {
            to.TrySetResult(await from);
        }
        catch (StoreUnavailableException)
        {
            to.TrySetResult(false);
        }
    }
}
