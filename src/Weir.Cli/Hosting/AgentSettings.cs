using Weir.Agent;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Docker;
using Weir.Runtimes.Fake;
using Weir.Runtimes.Process;

namespace Weir.Cli.Hosting;

/// <summary>What an agent is made of on this machine.</summary>
internal static class AgentSettings
{
    public const int MostSlots = 1000;

    public static AgentOptions Options(string folder, string? name, int? slots) => new()
    {
        Name = name ?? Environment.MachineName,
        DataDirectory = folder,
        Slots = slots is null or (>= 1 and <= MostSlots)
            ? slots ?? Math.Max(2, Environment.ProcessorCount)
            : throw CliException.Usage($"--slots: {slots} is not within 1 and {MostSlots}"),
    };

    public static ProcessRuntime Processes(AgentOptions options, TimeProvider time) => ProcessRuntime.Start(
        new ProcessRuntimeOptions
        {
            Folder = Path.Combine(options.DataDirectory, "processes"),
            OwnUsers = HasOwnUsers(options),
        },
        time);

    public static DockerRuntimeOptions Docker(AgentOptions options, string socket, Func<string, string?> setting) =>
        new() { Folder = Path.Combine(options.DataDirectory, "docker"), Socket = socket, Setting = setting };

    /// <summary>Tells people whose rights the steps have.</summary>
    public static string UsersOfSteps(AgentOptions options) =>
        HasOwnUsers(options) ? "steps run as a user of their own for each slot"
        : Environment.IsPrivilegedProcess
            ? "steps run as root: other users cannot pass through to the data folder; `chmod o+x` its parents, or move it"
        : $"steps run as this user ({Environment.UserName}): they can read and change what it can";

    public static IContainerRuntime Fake(TimeProvider time) => new FakeRuntime(time);

    private static bool HasOwnUsers(AgentOptions options) =>
        Environment.IsPrivilegedProcess && LocalFolders.CanBePassed(options.DataDirectory);
}
