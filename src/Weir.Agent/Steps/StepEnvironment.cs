using System.Globalization;
using System.Security.Cryptography;
using Weir.Agent.Folders;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Runtimes;
using Weir.Engine.Security;

namespace Weir.Agent.Steps;

/// <summary>The environment of a step: its own, over that what was sealed, over that what Weir tells it.</summary>
internal static class StepEnvironment
{
    public static Dictionary<string, string> Of(
        AttemptFolder folder, IStepContainer container, IReadOnlyDictionary<string, string> secrets)
    {
        var assignment = folder.Record.Assignment;
        var env = new Dictionary<string, string>(assignment.Work.Env, StringComparer.Ordinal);
        foreach (var (name, value) in secrets) env[name] = value;
        env["WEIR_RUN_ID"] = assignment.Fence.Run;
        env["WEIR_RUN"] = string.Create(CultureInfo.InvariantCulture, $"{assignment.Flow}#{assignment.RunNumber}");
        env["WEIR_FLOW"] = assignment.Flow;
        env["WEIR_STEP"] = assignment.Fence.Step;
        env["WEIR_ATTEMPT"] = assignment.Fence.Attempt.ToString(CultureInfo.InvariantCulture);
        env["WEIR_NAMESPACE"] = assignment.Namespace;
        env["WEIR_WORKSPACE"] = folder.WorkspacePath;
        env["WEIR_OUTPUT"] = container.OutputFile;
        env["WEIR_MASK"] = container.MaskFile;
        return env;
    }

    /// <summary>Values that were not sealed to this agent's key are a <see cref="StepException"/>.</summary>
    public static SealedValues OpenSealed(Assignment assignment, ECDiffieHellman? key)
    {
        if (assignment.Sealed is not { } box) return new SealedValues(new Dictionary<string, string>());
        var values = key is null ? null : SealedValues.Open(key, box, assignment.Fence);
        return values
            ?? throw new StepException(
                ReasonCode.Infrastructure, "the step's secrets were not sealed to this agent's key");
    }
}
