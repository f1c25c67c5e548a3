using System.Security.Cryptography;

namespace Weir.Runtimes.Docker;

/// <summary>
/// What marks as this agent's everything that it makes in the engine. Several agents may share an engine, and the user
/// has containers too: what does not carry the agent's label is never touched.
/// </summary>
/// <param name="Agent">Random, the same in all lives of the agent.</param>
internal sealed record DockerNames(string Agent)
{
    public const string RoleLabel = "weir.role";
    public const string StepLabel = "weir.step";
    public const string FolderLabel = "weir.folder";
    public const string ImageLabel = "weir.image";
    /// <summary>Begins the name of an ended step's folder until that is removed; the container's id follows.</summary>
    public const string Aside = "gone-";
    public const string StepRole = "step";
    public const string HolderRole = "holder";
    public const string LookRole = "look";
    private const string AgentLabel = "weir.agent";
    public const int Digits = 12;

    public string Mine => $"{AgentLabel}={Agent}";

    public string Network => $"weir-{Agent}";

    public static DockerNames Of(string folder)
    {
        Directory.CreateDirectory(
            folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var file = Path.Combine(folder, "name");
        if (!File.Exists(file))
        {
            var draft = file + ".draft";
            File.WriteAllText(draft, RandomNumberGenerator.GetHexString(Digits, lowercase: true));
            File.Move(draft, file, overwrite: true);
        }

        return new DockerNames(File.ReadAllText(file).Trim());
    }

    public string Step(string id) => $"weir-{Agent}-{id}";

    public string Holder(string mark) => $"weir-{Agent}-net-{mark}";

    public string Look(string mark) => $"weir-{Agent}-look-{mark}";

    public Dictionary<string, string> Labels(string role) => new() { [AgentLabel] = Agent, [RoleLabel] = role };
}
