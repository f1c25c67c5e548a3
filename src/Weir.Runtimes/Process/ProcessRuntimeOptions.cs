namespace Weir.Runtimes.Process;

public sealed record ProcessRuntimeOptions
{
    private const string UsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>A folder of the agent alone, where it keeps which steps it has started.</summary>
    public required string Folder { get; init; }

    /// <summary>
    /// True: every slot has a user of its own (needs root; the folders above attempts and workspaces must let others
    /// pass, the agent's own files must not be readable to others). False: steps run as the agent's user.
    /// </summary>
    public bool OwnUsers { get; init; } = Environment.IsPrivilegedProcess;

    /// <summary>The first of the 1000 user ids that slots are given.</summary>
    public int FirstUser { get; init; } = 64000;

    /// <summary>Where the agents of this machine agree on who has which user id.</summary>
    public string UserClaims { get; init; } = "/run/weir/users";

    /// <summary>The steps' <c>PATH</c>: the agent's own, unless told otherwise.</summary>
    public string Path { get; init; } = Environment.GetEnvironmentVariable("PATH") ?? UsualPath;
}
