namespace Weir.Engine.Definitions.Formats.Nostromo;

/// <summary>What is known of ops by their names, in every spelling.</summary>
internal static class OpNames
{
    private static readonly Dictionary<string, string> Reasons = new()
    {
        ["sh"] = "it runs a program on the host itself, outside of any container",
        ["slurp"] = "it reads files of the host",
        ["spit"] = "it writes files of the host",
        ["download"] = "it loads what the flow names into the host",
        ["file-exist?"] = "it looks at files of the host",
        ["eval"] = "it runs code inside the controller",
        ["await"] = "nothing can deliver to a flow from outside",
        ["probe"] = "flows run once, when they are started",
        ["probe-after"] = "flows run once, when they are started",
        ["clone"] = "it works on repositories of the host: use git in a container",
        ["ensure-repo"] = "it works on repositories of the host: use git in a container",
        ["checkout"] = "it works on repositories of the host: use git in a container",
        ["status"] = "it works on repositories of the host: use git in a container",
        ["get-last-commit"] = "it works on repositories of the host: use git in a container",
    };

    private static readonly string[] Silent = ["prn", "sleep"];

    public static bool IsContainer(string op) => op is "docker/run" or "container/run";

    public static bool IsVolume(string op) => op is "docker/create-volume" or "container/create-volume";

    /// <summary>Without the namespace that later flows write and earlier ones do not.</summary>
    public static string Plain(string op)
    {
        var slash = op.LastIndexOf('/');
        return slash > 0 && (op.StartsWith("nos", StringComparison.Ordinal) || op.StartsWith("sci/", StringComparison.Ordinal))
            ? op[(slash + 1)..]
            : op;
    }

    public static bool IsSilent(string op) => Silent.Contains(op);

    /// <summary>Why an op is refused; null when it is not known.</summary>
    public static string? WhyRefused(string op) => Reasons.GetValueOrDefault(op);

    public static IReadOnlyCollection<string> All =>
        ["container/run", "docker/run", "container/create-volume", "flow", .. PureOps.Names];
}
