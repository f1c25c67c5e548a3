using System.Globalization;

namespace Weir.Runtimes.Steps;

/// <summary>Where the gate shell finds its files, as the step sees them.</summary>
/// <param name="Folder">Holds the commands and the pipes of both streams.</param>
/// <param name="Output">The file of <c>WEIR_OUTPUT</c>.</param>
/// <param name="Masks">The file of <c>WEIR_MASK</c>.</param>
/// <param name="Workdir">Where the commands begin.</param>
internal sealed record GatePlaces(string Folder, string Output, string Masks, string Workdir)
{
    /// <summary>The workspace under the name that only the step has for it; null = the agent's name.</summary>
    public string? Workspace { get; init; }

    public string Stdout => StdoutIn(Folder);

    public string Stderr => StderrIn(Folder);

    public static string StdoutIn(string folder) => Path.Combine(folder, "stdout");

    public static string StderrIn(string folder) => Path.Combine(folder, "stderr");

    public static string CommandIn(string folder, int index) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{index}.sh"));

    public string Command(int index) => CommandIn(Folder, index);
}
