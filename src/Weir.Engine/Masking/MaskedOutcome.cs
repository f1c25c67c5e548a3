using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Runs;

namespace Weir.Engine.Masking;

/// <summary>What an attempt tells beside its log, with every form of its secrets masked.</summary>
public static class MaskedOutcome
{
    public static AttemptOutcome Of(MaskSet masks, AttemptOutcome outcome) => outcome with
    {
        Message = outcome.Message is { } message ? masks.Apply(message) : null,
        Outputs = outcome.Outputs.ToDictionary(output => output.Key, output => masks.Apply(output.Value)),
        Artifacts = [.. outcome.Artifacts.Select(artifact => artifact with { Name = masks.Apply(artifact.Name) })],
        Commands = Of(masks, outcome.Commands),
        Tests = outcome.Tests is { } tests ? Of(masks, tests) : null,
    };

    private static TestReport Of(MaskSet masks, TestReport tests) => tests with
    {
        Failed =
        [
            .. tests.Failed.Select(test => new FailedTest(
                masks.Apply(test.Suite), masks.Apply(test.Name), masks.Apply(test.Message))),
        ],
        Problems = [.. tests.Problems.Select(masks.Apply)],
    };

    public static IReadOnlyList<CommandRecord> Of(MaskSet masks, IReadOnlyList<CommandRecord> commands) =>
        [.. commands.Select(command => command with { Text = masks.Apply(command.Text) })];
}
