using Weir.Runtimes.Docker;

namespace Weir.Cli.Checks;

/// <summary>What the container engine of this machine offers to steps.</summary>
internal static class EngineChecks
{
    public static async Task<IReadOnlyList<Finding>> RunAsync(CliHost host, CancellationToken cancellationToken)
    {
        var probe = await DockerProbe.LookAsync(host.Setting, host.Time, cancellationToken);
        if (probe.Problem is { } problem)
        {
            return [Finding.Warn("engine", $"{problem}; steps run as processes only", LineFor(probe))];
        }

        var findings = new List<Finding>
        {
            Finding.Ok("engine", $"Docker {probe.Version}, API {probe.Api}, at {probe.Socket}"),
        };
        findings.AddRange(probe.Lacks.Select(lack => Finding.Warn(
            "engine", $"it does not offer {lack}", lack.Contains("br_netfilter", StringComparison.Ordinal)
                ? "modprobe br_netfilter && sysctl net.bridge.bridge-nf-call-iptables=1"
                : "docker info")));
        if (!probe.KeepsContainers)
        {
            findings.Add(Finding.Warn(
                "engine", "its restart ends the steps that run; `\"live-restore\": true` keeps them",
                "${EDITOR:-vi} /etc/docker/daemon.json && systemctl reload docker"));
        }

        return findings;
    }

    private static string LineFor(DockerProbe probe) => probe.Socket is { } socket && File.Exists(socket)
        ? $"usermod -aG docker {Environment.UserName}"
        : "apt-get install -y docker.io && systemctl start docker";
}
