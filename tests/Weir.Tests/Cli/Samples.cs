using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;

namespace Weir.Tests.Cli;

internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);

    public static RunView Run(RunStatus status, params StepView[] steps) => new()
    {
        Id = "01jg0000000000000000000007",
        Handle = "build#7",
        Namespace = "default",
        Flow = "build",
        Number = 7,
        Status = status,
        Created = Noon,
        Started = Noon,
        Ended = status.IsFinal() ? Noon.AddSeconds(3) : null,
        Steps = steps,
    };

    public static StepView Step(string name, RunStatus status, int attempts = 1) => new()
    {
        Name = name,
        Status = status,
        Started = attempts > 0 ? Noon : null,
        Ended = status.IsFinal() ? Noon.AddSeconds(1.5) : null,
        ExitCode = status switch { RunStatus.Success => 0, RunStatus.Failed => 2, _ => null },
        Attempts = [.. Enumerable.Range(1, attempts).Select(number => Attempt(number, status))],
    };

    private static AttemptView Attempt(int number, RunStatus status) =>
        new() { Number = number, Status = status, Agent = "local" };

    public static LogChunk Chunk(string text, LogStream stream = LogStream.Stdout) =>
        new(1, stream, 0, 0) { Time = Noon, Text = text };
}
