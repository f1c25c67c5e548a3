using Weir.Contracts.AgentProtocol;
using Weir.Engine.Running;
using Weir.Engine.Scheduling;
using Weir.Engine.Storage;

namespace Weir.Testing.Simulation;

/// <summary>What one seed gave. <paramref name="Failure"/> is null when every promise held.</summary>
public sealed record SimulationResult(int Seed, string? Failure, long Steps, int Fingerprint, string Trace);

/// <summary>
/// One simulated life of a whole system: one or several controllers, agents and their machines, a bad network, a bad
/// store, crashes. First the faults rage, then they stop; then everything must end within its deadlines.
/// </summary>
public static class Simulation
{
    private const long MostSteps = 3_000_000;
    private static readonly TimeSpan Longest = TimeSpan.FromHours(12);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Raging = TimeSpan.FromMinutes(4);

    public static SimulationResult Run(
        int seed, Safeguards? safeguards = null, bool traced = false, int controllers = 1)
    {
        var scheduler = new SimScheduler(seed);
        var world = new SimWorld(scheduler, traced) { Controllers = new SimController?[controllers] };
        string? failure = null;
        try
        {
            scheduler.Run(() => new Life(world, safeguards ?? Safeguards.All).RunAsync(), Longest, MostSteps);
        }
        catch (Exception broken) when (
            broken is SimulationException or InvalidOperationException or NullReferenceException or ArgumentException
                or KeyNotFoundException)
        {
            failure = broken is SimulationException ? broken.Message : broken.ToString();
        }

        return new SimulationResult(seed, failure, scheduler.Steps, scheduler.Fingerprint, world.TraceText);
    }

    private sealed class Life(SimWorld world, Safeguards safeguards)
    {
        private readonly SimWorkload _workload = new(world);

        public async Task RunAsync()
        {
            world.Faults = world.HasSeveralControllers
                ? SimFaults.DrawForSeveral(world.Random)
                : SimFaults.Draw(world.Random);
            world.Trace(world.Faults.ToString());
            for (var i = 0; i < world.Controllers.Length; i++) world.StartController(i, safeguards);
            var agents = 1 + world.Random.Next(4);
            for (var i = 0; i < agents; i++) world.Agents.Add(new SimAgent(world, i));
            // A controller does not know which claims another has answered: what a late copy of one takes there is
            // given back at the next renewal.
            world.IsWithoutCrashes = world.Faults.CrashEvery == TimeSpan.Zero && !world.HasSeveralControllers;
            var chaos = new SimChaos(world, safeguards, world.Clock.GetUtcNow() + Raging);
            var work = _workload.RunAsync(1 + world.Random.Next(8), Raging);
            await chaos.RunAsync();
            await work;
            world.Trace("faults stop");
            await EndAsync();
            SimLogCheck.All(world);
        }

        /// <summary>Every wait has its own deadline; a chain of steps may use up one after the other.</summary>
        private async Task EndAsync()
        {
            var well = world.Clock.GetUtcNow();
            var limit = well + TimeSpan.FromHours(3);
            while (await _workload.OpenRunAsync() is { } open)
            {
                if (world.Clock.GetUtcNow() > limit) throw new SimulationException($"run {open} never ended");
                await Task.Delay(TimeSpan.FromSeconds(5), world.Clock);
                await NothingOverdueAsync();
                world.Watch.Groups.Check(well + Settling);
            }
        }

        private async Task NothingOverdueAsync()
        {
            var late = world.Clock.GetUtcNow() - TimeSpan.FromSeconds(20);
            if (!world.Controllers.All(c => c is not null && c.UpSince <= late - TimeSpan.FromSeconds(40))) return;
            var leases = await world.Rows.ListExpiredLeasesAsync(late, 1, CancellationToken.None);
            if (leases.Count > 0) throw new SimulationException($"nobody noticed that lease {leases[0].Fence} ended");
            var runs = await world.Rows.ListDueRunsAsync(late, 1, CancellationToken.None);
            if (runs.Count > 0) throw new SimulationException($"nobody looked at run {runs[0].Id}, which is due");
        }
    }
}

/// <summary>
/// At the end every stored log is what its attempt wrote: once, in order, and whole when its outcome was taken.
/// </summary>
internal static class SimLogCheck
{
    public static void All(SimWorld world)
    {
        foreach (var (key, step) in world.Watch.Steps)
        {
            foreach (var attempt in step.Attempts)
            {
                var log = new LogKey(SimWorkload.Namespace, key.Run, key.Step, attempt.Number);
                foreach (var stream in (LogStream[])[LogStream.Stdout, LogStream.Stderr])
                    One(world, log, stream, attempt);
            }
        }
    }

    private static void One(SimWorld world, LogKey log, LogStream stream, AttemptState attempt)
    {
        var written = world.Agents
            .Select(a => a.Machine.Written.GetValueOrDefault((SimAgent.ContainerOf(log, attempt.Lease), stream)))
            .FirstOrDefault(w => w is not null) ?? [];
        var stored = new byte[written.Length + 1];
        var length = world.Logs.Read(log, stream, 0, stored);
        if (length > written.Length || !stored.AsSpan(0, length).SequenceEqual(written.AsSpan(0, length)))
        {
            throw new SimulationException($"the {stream} of {log} is not what the step wrote");
        }

        if (attempt.Reported && length < written.Length)
            throw new SimulationException($"the {stream} of {log} has {length} of {written.Length} bytes");
        var told = world.Watch.AcknowledgedOf(new AttemptFence(log.Run, log.Step, log.Attempt, attempt.Lease));
        var acknowledged = stream == LogStream.Stdout ? told.Stdout : told.Stderr;
        if (length < acknowledged)
            throw new SimulationException($"the {stream} of {log} has {length} of {acknowledged} acknowledged bytes");
    }
}
