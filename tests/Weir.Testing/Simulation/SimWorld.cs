using System.Text;
using Weir.Engine.Scheduling;
using Weir.Engine.Storage.Memory;

namespace Weir.Testing.Simulation;

/// <summary>Everything of one simulated system: what survives every process, and the processes that are up.</summary>
internal sealed class SimWorld(SimScheduler scheduler, bool traced)
{
    private const int LongestTrace = 4_000_000;
    private readonly StringBuilder _trace = new();

    public SimScheduler Scheduler => scheduler;
    public SimClock Clock => scheduler.Clock;
    public Random Random => scheduler.Random;
    public MemoryStore Rows { get; } = new();
    public MemoryLogStore Logs { get; } = new();
    public MemoryBlobStore Blobs { get; } = new();

    /// <summary>What nobody kills: machines, the network, whoever watches.</summary>
    public SimProcess Machines { get; } = new(scheduler, "machines");
    public SimFaults Faults { get; set; } = SimFaults.None;
    public bool IsWithoutCrashes { get; set; }
    public SimController? Controller { get; private set; }
    public List<SimAgent> Agents { get; } = [];
    public SimWatch Watch => field ??= new SimWatch(this);

    public string TraceText => _trace.ToString();

    /// <summary>Counts what happened without keeping it, so that two runs of one seed can be compared.</summary>
    public HashCode Fingerprint;

    public bool Chance(double probability) => probability > 0 && Random.NextDouble() < probability;

    public Task PassAsync(TimeSpan atMost) =>
        Task.Delay(TimeSpan.FromTicks((long)(Random.NextDouble() * atMost.Ticks)), Clock);

    public void StartController(Safeguards safeguards) => Controller = new SimController(this, safeguards);

    public void KillController()
    {
        Trace("controller is killed");
        Controller?.Process.Kill();
        Controller = null;
    }

    /// <summary>For code that nobody awaits: the simulation fails with this.</summary>
    public void Break(string failure) => scheduler.Fail(failure);

    public void Trace(string line)
    {
        foreach (var letter in line) Fingerprint.Add(letter);
        if (traced && _trace.Length < LongestTrace)
            _trace.Append(Clock.Elapsed.ToString("mm\\:ss\\.fff", null)).Append(' ').AppendLine(line);
    }
}
