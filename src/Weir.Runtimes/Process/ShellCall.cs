using Weir.Engine.Runtimes;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Process;

/// <summary>
/// How a step's shell is started: the programs that take rights away, then the shell, reading its gate.
/// </summary>
/// <param name="Shell">Absolute path of the shell and its options.</param>
internal sealed record ShellCall(IReadOnlyList<string> Shell)
{
    /// <summary>The shell of a step that names none.</summary>
    public const string Usual = "sh";
    private const string Script = "ulimit -c 0; . " + GateText.Source;
    private const string LoopbackUp = "ip link set lo up 2>/dev/null; exec \"$@\"";

    public int? User { get; init; }

    public bool NoNetwork { get; init; }

    public IReadOnlyList<string> Arguments
    {
        get
        {
            List<string> all = [];
            if (NoNetwork) all.AddRange([Tool("unshare"), "--net", "--", "/bin/sh", "-c", LoopbackUp, "sh"]);
            if (FindTool("setpriv") is { } setpriv)
            {
                all.Add(setpriv);
                if (User is { } user)
                {
                    all.AddRange([$"--reuid={user}", $"--regid={user}", "--clear-groups", "--bounding-set=-all"]);
                }

                all.AddRange(["--inh-caps=-all", "--no-new-privs", "--pdeathsig=KILL", "--"]);
            }
            else if (User is not null)
            {
                throw new RuntimeException("setpriv (util-linux) is needed to run steps as users of their own");
            }

            return [.. all, .. Shell, "-c", Script];
        }
    }

    /// <summary>Finds the shell of a step: a name or an absolute path, and options: <c>bash -o pipefail</c>.</summary>
    public static ShellCall Find(string? shell, string path)
    {
        var words = (shell ?? Usual).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var program = words.Length == 0 ? null : Locate(words[0], path);
        if (program is not null) return new ShellCall([program, .. words[1..]]);
        throw new RuntimeException($"shell '{shell}' was not found on this machine") { UserFault = true };
    }

    private static string Tool(string name) =>
        FindTool(name) ?? throw new RuntimeException($"{name} (util-linux) is needed on this machine");

    private static string? FindTool(string name) => Locate(name, "/usr/bin:/bin:/usr/sbin:/sbin");

    private static string? Locate(string name, string path)
    {
        const UnixFileMode executable =
            UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        IEnumerable<string> places = Path.IsPathRooted(name)
            ? [name]
            : path.Split(':').Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, name));
        return places.FirstOrDefault(
            place => File.Exists(place) && (File.GetUnixFileMode(place) & executable) != UnixFileMode.None);
    }
}
