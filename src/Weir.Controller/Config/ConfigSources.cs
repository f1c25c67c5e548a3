namespace Weir.Controller.Config;

/// <summary>What is laid over the file: flags beat environment variables beat the file.</summary>
/// <param name="Flags">By key, as in <c>node.port</c>; the CLI maps its options to keys.</param>
/// <param name="Environment">The process's variables: <c>WEIR_NODE_PORT</c> is <c>node.port</c>; also for
/// <c>${VAR}</c>.</param>
public sealed record ConfigSources(
    IReadOnlyDictionary<string, string> Flags, IReadOnlyDictionary<string, string> Environment)
{
    public static ConfigSources None { get; } = new(new Dictionary<string, string>(), new Dictionary<string, string>());

    /// <summary>The folder that relative paths of the command line are relative to.</summary>
    public string CurrentFolder { get; init; } = System.Environment.CurrentDirectory;

    internal string? Override(string path) =>
        Flags.GetValueOrDefault(path) ?? NotEmpty(Environment.GetValueOrDefault(VariableOf(path)));

    internal static string VariableOf(string path) => "WEIR_" + path.Replace('.', '_').ToUpperInvariant();

    private static string? NotEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
