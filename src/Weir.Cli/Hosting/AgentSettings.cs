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

    /// <summary>What the agent beside a controller offers to its own runs.</summary>
    public static readonly IReadOnlyList<string> LocalKinds = ["process", "docker", "fake"];

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
            OwnUsers = Environment.IsPrivilegedProcess && LocalFolders.CanBePassed(options.DataDirectory),
        },
        time);

    public static DockerRuntimeOptions Docker(AgentOptions options, string socket, Func<string, string?> setting) =>
        new() { Folder = Path.Combine(options.DataDirectory, "docker"), Socket = socket, Setting = setting };

    public static IContainerRuntime Fake(TimeProvider time) => new FakeRuntime(time);
}
