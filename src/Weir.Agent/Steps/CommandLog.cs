using Weir.Contracts.AgentProtocol;
using Weir.Engine.Runtimes;

namespace Weir.Agent.Steps;

/// <summary>The commands of a step as they start and end, each with its part of the logs.</summary>
internal sealed class CommandLog(IReadOnlyList<string> texts, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<CommandRecord> _records = [];

    /// <summary>Index of the command that is or was last running; −1 before the first.</summary>
    public int Current { get; private set; } = -1;

    public IReadOnlyList<CommandRecord> Records
    {
        get
        {
            lock (_lock) return [.. _records];
        }
    }

    /// <summary>A command starts or has ended at these places of the logs.</summary>
    public void Mark(CommandMarker marker, long stdout, long stderr)
    {
        lock (_lock)
        {
            if (marker.ExitCode is { } code) End(marker.Index, code, stdout, stderr);
            else Start(marker.Index, stdout, stderr);
        }
    }

    /// <summary>The step is over; a command that was still running ends with it.</summary>
    public void Close(int? exitCode, long stdout, long stderr)
    {
        lock (_lock)
        {
            if (_records is [.., { Ended: null } last]) End(last.Index, exitCode, stdout, stderr);
        }
    }

    private void Start(int index, long stdout, long stderr)
    {
        if (index != _records.Count || index >= texts.Count) return;
        Current = index;
        _records.Add(new CommandRecord(index, texts[index])
        {
            Started = time.GetUtcNow(),
            StdoutFrom = stdout,
            StdoutTo = stdout,
            StderrFrom = stderr,
            StderrTo = stderr,
        });
    }

    private void End(int index, int? exitCode, long stdout, long stderr)
    {
        if (index < 0 || index >= _records.Count) return;
        _records[index] = _records[index] with
        {
            Ended = time.GetUtcNow(),
            ExitCode = exitCode,
            StdoutTo = stdout,
            StderrTo = stderr,
        };
    }
}
