using System.Text;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Process;

/// <summary>
/// All processes of a step, found anew each time it is asked. What has a user of its own is found by that user,
/// whatever it did to hide. Otherwise it is found by descent, by session and by a random line in the environment that
/// it began with, so only what left all three escapes.
/// </summary>
/// <param name="Main">Process id of the gate shell.</param>
/// <param name="Cookie">The line of the environment.</param>
internal sealed record ProcessTree(int Main, string Cookie)
{
    public const string CookieName = "WEIR_TREE";
    private const int Rounds = 400;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>When the gate shell started, in the kernel's ticks: what is older is not the step's.</summary>
    public long Since { get; init; }

    /// <summary>Where to look for the processes; null = everywhere.</summary>
    public TreeOrigin? Origin { get; init; }

    /// <summary>The user that only this step has, while that is so.</summary>
    public Func<int?> OwnUser { get; init; } = () => null;

    /// <summary>
    /// Processes with the same user that are not the step's: shells of later steps behind their gates.
    /// </summary>
    public Func<int, bool> Spares { get; init; } = _ => false;

    public void Signal(int signal)
    {
        foreach (var pid in Find()) _ = Posix.Kill(pid, signal);
    }

    /// <summary>
    /// Kills until nothing is left. Throws <see cref="RuntimeException"/> when something does not die in 20 s or so.
    /// </summary>
    public async Task KillAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromMilliseconds(1);
        for (var round = 0; round < Rounds; round++)
        {
            var found = Find();
            if (found.Count == 0) return;
            foreach (var pid in found) _ = Posix.Kill(pid, Posix.SignalKill);
            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        throw new RuntimeException($"{Find().Count} processes of the step cannot be killed");
    }

    /// <summary>Waits until nothing is left, <paramref name="atMost"/> so long.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(2);
        while (Find().Count > 0 && atMost - time.GetElapsedTime(began) is var rest && rest > TimeSpan.Zero)
        {
            await Task.Delay(pause < rest ? pause : rest, time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    public List<int> Find() => OwnUser() is { } user ? FindByUser(user) : FindByTraces();

    // Looking at each process of the machine takes milliseconds, which a short step would feel.
    private List<int> Candidates() => Origin?.Candidates() ?? ProcFiles.Processes();

    // Right after its start the shell itself has not yet taken on its user.
    private List<int> FindByUser(int user) =>
        [.. Candidates().Where(pid =>
            ProcFiles.Facts(pid) is { IsDead: false } facts && facts.Started >= Since
            && (pid == Main || (ProcFiles.RunsAs(pid, user) && !Spares(pid))))];

    private List<int> FindByTraces()
    {
        var line = Encoding.UTF8.GetBytes($"{CookieName}={Cookie}");
        var facts = new Dictionary<int, ProcFacts>();
        foreach (var pid in Candidates())
        {
            if (ProcFiles.Facts(pid) is { } found && found.Started >= Since) facts[pid] = found;
        }

        var ours = facts.Where(process => !process.Value.IsDead && IsOurs(process.Key, facts, line));
        return [.. ours.Select(process => process.Key)];
    }

    private bool IsOurs(int pid, Dictionary<int, ProcFacts> facts, ReadOnlySpan<byte> line)
    {
        if (pid == Main || facts[pid].Session == Main) return true;
        var ancestor = facts[pid].Parent;
        for (var depth = 0; depth < facts.Count && ancestor > 1; depth++)
        {
            if (ancestor == Main) return true;
            ancestor = facts.TryGetValue(ancestor, out var next) ? next.Parent : 0;
        }

        return ProcFiles.BeganWith(pid, line);
    }
}
