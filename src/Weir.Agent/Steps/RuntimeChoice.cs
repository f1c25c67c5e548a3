using Weir.Agent.Folders;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Runtimes;

namespace Weir.Agent.Steps;

internal static class RuntimeChoice
{
    /// <summary>
    /// The runtime that the step names, else the first that can do it. A step with an image never runs without one
    /// unless it says so. None is a <see cref="StepException"/>.
    /// </summary>
    public static IContainerRuntime Choose(IReadOnlyList<IContainerRuntime> runtimes, StepWork work)
    {
        if (work.Kind != "commands") throw Refused($"this agent does not know steps of kind '{work.Kind}'");
        var names = string.Join(", ", runtimes.Select(runtime => runtime.Name));
        if (work.Runtime is { } name)
        {
            return runtimes.FirstOrDefault(runtime => runtime.Name == name)
                ?? throw Refused($"this agent has no runtime '{name}'; it has {names}");
        }

        return runtimes.FirstOrDefault(runtime => work.Image is null || Suits(runtime))
            ?? throw Refused($"no runtime of this agent runs images; it has {names}");
    }

    // A runtime that runs no commands only pretends, and pretends images as well.
    private static bool Suits(IContainerRuntime runtime) =>
        runtime.Capabilities.HasFlag(RuntimeCapabilities.Images)
            || !runtime.Capabilities.HasFlag(RuntimeCapabilities.Commands);

    private static StepException Refused(string message) => new(ReasonCode.Policy, message);
}
