using Weir.Cli.Output;
using Weir.Contracts.Runs;

namespace Weir.Cli.Following;

/// <summary>What stands before each line of a step's log: its name, padded, in a colour of its own.</summary>
internal sealed class StepPrefixes
{
    private readonly Dictionary<string, string> _prefixes;

    public StepPrefixes(RunView run, Palette palette)
    {
        var names = (run.Steps ?? []).Select(step => step.Name).ToList();
        var width = names.Count == 0 ? 0 : names.Max(name => name.Length);
        _prefixes = names.Select((name, i) => (name, Text: palette.Step(i, name.PadRight(width) + " │ ")))
            .ToDictionary(entry => entry.name, entry => entry.Text);
    }

    public string Before(string step) => _prefixes.GetValueOrDefault(step, step + " │ ");
}
