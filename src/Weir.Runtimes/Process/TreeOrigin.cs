namespace Weir.Runtimes.Process;

/// <summary>
/// From which process id on a step's processes are to be found: its shell's, and once its gate opens, the last one that
/// the system had given out by then. So a shell that slept long is not the reason for a long search.
/// </summary>
internal sealed class TreeOrigin(int shell, TimeProvider time)
{
    // So little time that the system cannot have given out all process ids once.
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(1);
    private volatile Place _place = new(shell, time.GetTimestamp());

    /// <summary>To be called before the step can start anything.</summary>
    public void OpenGate()
    {
        if (ProcFiles.LastProcess() is { } last) _place = new Place(last, time.GetTimestamp());
    }

    /// <summary>The shell and all that may have started since.</summary>
    public List<int> Candidates()
    {
        var place = _place;
        return time.GetElapsedTime(place.At) < Young
            ? [shell, .. ProcFiles.ProcessesSince(place.Last).Where(pid => pid != shell)]
            : ProcFiles.Processes();
    }

    private sealed record Place(int Last, long At);
}
