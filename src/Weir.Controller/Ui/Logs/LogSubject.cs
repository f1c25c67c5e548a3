using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Engine.Storage;

namespace Weir.Controller.Ui.Logs;

/// <summary>The attempt whose log is shown.</summary>
/// <param name="Attempt">Null before the first.</param>
public sealed record LogSubject(RunView Run, StepView Step, AttemptView? Attempt)
{
    public int Number => Attempt?.Number ?? 1;
    public LogKey Key => new(Run.Namespace, Run.Id, Step.Name, Number);

    /// <summary>Nothing will be added to it.</summary>
    public bool IsOver => (Attempt?.Status ?? Step.Status).IsFinal();

    public CommandRecord? CommandOf(int index) =>
        Attempt?.Commands.FirstOrDefault(command => command.Index == index);
}

/// <summary>Consecutive lines of one command.</summary>
public sealed record LogGroup(int Command, IReadOnlyList<LogLine> Lines)
{
    public static IReadOnlyList<LogGroup> Of(IReadOnlyList<LogLine> lines)
    {
        var groups = new List<LogGroup>();
        for (var (from, i) = (0, 1); i <= lines.Count; i++)
        {
            if (i < lines.Count && lines[i].Command == lines[from].Command) continue;
            groups.Add(new LogGroup(lines[from].Command, [.. lines.Skip(from).Take(i - from)]));
            from = i;
        }

        return groups;
    }
}
