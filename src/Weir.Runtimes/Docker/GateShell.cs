using Weir.Runtimes.Process;

namespace Weir.Runtimes.Docker;

/// <summary>
/// The two shells of a container. The outer one is its first process: it holds the pipes open, whatever becomes of the
/// agent, runs the gate shell, writes down how that ended, and stays until the container is removed, so that no byte of
/// output is lost while nobody reads. It cannot be killed from inside. The inner one reads its commands from the gate.
/// </summary>
internal static class GateShell
{
    private const string Hold =
        $"exec 8<>{DockerFolder.Inside}/stdout 9<>{DockerFolder.Inside}/stderr 7<>{DockerFolder.Inside}/events\n";

    // Reading ends when the agent, the only one to hold the other end, is no more.
    private const string Watch =
        $"( read -r life <{DockerFolder.Inside}/life; kill -KILL -1 ) 7>&- 8>&- 9>&- </dev/null >/dev/null 2>&1 &\n";

    private const string Run = $$"""
        "$@" </dev/null >&8 2>&9 7>&- 8>&- 9>&-
        set -- $?
        {{EndWatch}}
        if kill -0 -1; then kill -KILL -1; set -- $1 others; fi 2>/dev/null
        echo "$@" >{{DockerFolder.StepInside}}/exit
        echo >&7
        read -r never <{{DockerFolder.Inside}}/never
        """;

    private const string EndWatch = "[ -z \"$!\" ] || { kill -KILL $!; wait $!; } 2>/dev/null";
    private const string Inner = $"ulimit -c 0; . {DockerFolder.Inside}/gate";

    /// <param name="shell">As the step names it: a program and its options; null = the usual one.</param>
    /// <param name="diesWithAgent">Whether the step must not outlive its agent.</param>
    public static IReadOnlyList<string> Arguments(string? shell, bool diesWithAgent)
    {
        var words = (shell ?? ShellCall.Usual).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var outer = diesWithAgent ? Hold + Watch + Run : Hold + Run;
        return [.. words, "-c", outer, "weir", .. words, "-c", Inner];
    }

    /// <summary>Sends a signal to all processes of the step.</summary>
    public static IReadOnlyList<string> Terminate(string? shell) =>
        [(shell ?? ShellCall.Usual).Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], "-c",
            "kill -TERM -1; kill -CONT -1"];
}
