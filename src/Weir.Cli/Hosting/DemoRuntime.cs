using Weir.Runtimes.Docker;

namespace Weir.Cli.Hosting;

/// <summary>Where the demo's steps run, and why there.</summary>
internal sealed record DemoRuntime(string Name, string Why, string Image)
{
    private const string Docker = "docker";
    public const string UsualImage = "buildpack-deps:bookworm-scm";
    private const string ProcessLine = "runtime: process\n";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    /// <summary>As asked, else containers if they can be had soon.</summary>
    public static async Task<DemoRuntime> ChooseAsync(
        CliHost host, string? asked, string? image, CancellationToken cancellationToken)
    {
        var wanted = image ?? UsualImage;
        if (asked == "process") return new DemoRuntime(asked, "you asked for it", wanted);
        var probe = await DockerProbe.LookAsync(host.Setting, host.Time, cancellationToken);
        var problem = probe.Problem
            ?? await probe.BringAsync(wanted, Soon, host.Setting, host.Time, cancellationToken);
        if (problem is null)
        {
            return new DemoRuntime(
                Docker, $"an engine ({probe.Version}) answers and has {wanted}; the checkout is a process", wanted);
        }

        return asked is null
            ? new DemoRuntime("process", $"{problem}; steps are processes of this machine", wanted)
            : throw new CliException(ExitCodes.Error, $"the demo cannot run in containers: {problem}");
    }

    /// <summary>The demo's flow for this runtime.</summary>
    public string Adapt(string flow) =>
        Name == Docker ? flow.Replace(ProcessLine, "", StringComparison.Ordinal) : flow;
}
