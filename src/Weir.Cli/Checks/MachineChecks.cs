using Weir.Engine.Definitions;

namespace Weir.Cli.Checks;

/// <summary>What this machine must have to run steps and keep data.</summary>
internal sealed class MachineChecks(CliHost host, string folder)
{
    private const long LittleSpace = 2L << 30;
    private const long NoSpace = 200L << 20;

    public IEnumerable<Finding> Run() =>
    [
        Command("git", needed: true, "checkouts and the demo need it"),
        Command("sh", needed: true, "steps are run by it"),
        Command("setsid", needed: false, "`weir up --detach` needs it"),
        Command("setpriv", needed: false, "without it steps are not shut in as tightly"),
        Command("prlimit", needed: false, "without it limits of memory and processes do not hold"),
        User(),
        Writable(),
        Space(),
    ];

    private Finding Command(string name, bool needed, string why)
    {
        var folders = (host.Setting("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        if (folders.Select(path => Path.Combine(path, name)).FirstOrDefault(File.Exists) is { } found)
            return Finding.Ok(name, found);
        var package = name is "git" or "sh" ? name : "util-linux";
        var line = $"apt-get install -y {package}";
        var message = $"not in PATH; {why}";
        return needed ? Finding.Fail(name, message, line) : Finding.Warn(name, message, line);
    }

    private static Finding User() => Environment.UserName == "root"
        ? Finding.Ok("user", "root: each slot's steps run as a user of their own")
        : Finding.Warn("user", $"{Environment.UserName}: steps run as the same user as the agent", "sudo weir agent …");

    private Finding Writable()
    {
        var at = Nearest();
        try
        {
            var probe = Path.Combine(at, $".doctor.{Environment.ProcessId}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return Finding.Ok("data folder", at == folder ? folder : $"{folder} can be made");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return Finding.Fail(
                "data folder", $"{folder}: {refused.Message}", $"mkdir -p {folder} && chown $USER {folder}");
        }
    }

    private Finding Space()
    {
        var at = Nearest();
        var free = new DriveInfo(at).AvailableFreeSpace;
        var message = $"{ByteSize.Format(free)} free at {at}";
        return free < NoSpace ? Finding.Fail("disk", message, $"df -h {at}")
            : free < LittleSpace ? Finding.Warn("disk", message, $"df -h {at}")
            : Finding.Ok("disk", message);
    }

    private string Nearest()
    {
        var at = folder;
        while (!Directory.Exists(at)) at = Path.GetDirectoryName(at) ?? "/";
        return at;
    }
}
