namespace Weir.Engine.Definitions;

/// <summary>Finds what is wrong with steps that wait for an approval: they run nothing.</summary>
internal sealed class ApprovalChecker(FlowDefinition flow, FlowPlaces places, ProblemList problems)
{
    private static readonly string[] Meant = ["name", "title", "needs", "when", "approve", "allow_failure", "commands"];

    public void Check()
    {
        for (var i = 0; i < flow.Steps.Length; i++)
        {
            if (flow.Steps[i].Approval is not { } approval || places.Find("steps", i) is not TreeMap map) continue;
            foreach (var (key, _) in map.Entries.Where(e => IsOfCommands(e.Key.Value)))
                problems.Add(
                    $"steps[{i}].{key.Value}", key.Place,
                    $"`{key.Value}` means nothing in a step that waits for an approval: it runs no commands");
            if (flow.Timeout is { } timeout && (approval.Deadline ?? ApprovalDefinition.DefaultDeadline) >= timeout)
                problems.Warn(
                    "timeout", places.Of("timeout"),
                    $"the run's time is over before the deadline of the approval `{flow.Steps[i].Name}`");
        }
    }

    private static bool IsOfCommands(string key) =>
        !Meant.Contains(key) && FlowKeys.Step.Keys.Any(known => known.Name == key);
}
