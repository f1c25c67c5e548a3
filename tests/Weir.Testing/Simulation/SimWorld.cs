using System.Runtime.CompilerServices;
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

    /// <summary>One for each controller of the system; null while it is down.</summary>
    public SimController?[] Controllers { get; init; } = new SimController?[1];
    public List<SimAgent> Agents { get; } = [];
    public SimWatch Watch => field ??= new SimWatch(this);

    public string TraceText => _trace.ToString();

    public bool Chance(double probability) => probability > 0 && Random.NextDouble() < probability;

    public Task PassAsync(TimeSpan atMost) =>
        Task.Delay(TimeSpan.FromTicks((long)(Random.NextDouble() * atMost.Ticks)), Clock);

    public bool HasSeveralControllers => Controllers.Length > 1;

    /// <summary>One that is up and fits, as a balancer would choose it; null when there is none.</summary>
    public SimController? AnyController(Predicate<SimController>? fits = null)
    {
        if (!HasSeveralControllers) return Controllers[0];
        var up = Controllers.OfType<SimController>().Where(controller => fits?.Invoke(controller) ?? true).ToList();
        return up.Count == 0 ? null : up[Random.Next(up.Count)];
    }

    public void StartController(int number, Safeguards safeguards)
    {
        Trace($"controller {number} starts");
        Controllers[number] = new SimController(this, number, safeguards);
    }

    public void KillController(int number)
    {
        Trace($"controller {number} is killed");
        Controllers[number]?.Process.Kill();
        Controllers[number] = null;
    }

    /// <summary>For code that nobody awaits: the simulation fails with this.</summary>
    public void Break(string failure) => scheduler.Fail(failure);

    /// <summary>True when someone will read the trace; otherwise its lines are not even put together.</summary>
    public bool IsTraced => traced && _trace.Length < LongestTrace;

    public void Trace([InterpolatedStringHandlerArgument("")] TraceLine line)
    {
        if (IsTraced) _trace.Append(Clock.Elapsed.ToString("mm\\:ss\\.fff", null)).Append(' ').Append(line.Text).AppendLine();
    }

    public void Trace(string line)
    {
        if (IsTraced) _trace.Append(Clock.Elapsed.ToString("mm\\:ss\\.fff", null)).Append(' ').AppendLine(line);
    }
}

/// <summary>A line of the trace, put together only when it is kept: most seeds run without one.</summary>
[InterpolatedStringHandler]
internal readonly struct TraceLine
{
    public TraceLine(int literalLength, int formattedCount, SimWorld world, out bool isWanted)
    {
        isWanted = world.IsTraced;
        Text = isWanted ? new StringBuilder(literalLength + (8 * formattedCount)) : null;
    }

    public StringBuilder? Text { get; }

    public void AppendLiteral(string text) => Text!.Append(text);

    public void AppendFormatted<T>(T value) => Text!.Append(value);
}
