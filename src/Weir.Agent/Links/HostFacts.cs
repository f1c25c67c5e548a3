using System.Globalization;
using System.Runtime.InteropServices;

namespace Weir.Agent.Links;

/// <summary>What an agent says of its host: for people and for labels of that name, never for rights.</summary>
public static class HostFacts
{
    public static IReadOnlyDictionary<string, string> Read() => new Dictionary<string, string>
    {
        ["host.arch"] = RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(),
        ["host.cores"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        ["host.memory"] = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes.ToString(CultureInfo.InvariantCulture),
        ["host.name"] = Environment.MachineName,
        ["host.os"] = Os(),
    };

    private static string Os() =>
        OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "macos" : OperatingSystem.IsWindows()
            ? "windows" : "other";
}
