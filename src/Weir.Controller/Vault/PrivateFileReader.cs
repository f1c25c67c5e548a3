using Weir.Contracts.Problems;
using Weir.Controller.Config;
using Weir.Engine.Definitions;
using Weir.Engine.Definitions.Formats;

namespace Weir.Controller.Vault;

/// <summary>
/// Reads a private file of secrets: a map of names to texts, as EDN with aero's tags (<see cref="AeroReader"/>), or as
/// YAML or JSON with <c>${VAR}</c>. Keys within keys are joined by <c>_</c>, and names become those of variables.
/// </summary>
internal static class PrivateFileReader
{
    private const int MaxBytes = 1 << 20;

    public static (IReadOnlyDictionary<string, string> Values, IReadOnlyList<Problem> Problems) Read(
        string path, VaultOptions options)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var problems = new ProblemList();
        try
        {
            if (Path.GetExtension(path) == ".edn") Add(values, "", new AeroReader(options, problems).Read(path));
            else Add(values, "", YamlTreeReader.Read(ReadText(path), problems), (options, problems));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add("", default, e.Message);
        }

        return (values, [.. problems.InOrder().Where(problem => !problem.Warning)]);
    }

    /// <exception cref="IOException">It is not there, or larger than 1 MiB.</exception>
    public static string ReadText(string path)
    {
        using var file = File.OpenRead(path);
        if (file.Length > MaxBytes) throw new IOException($"{path} is larger than {MaxBytes >> 20} MiB");
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    private static void Add(Dictionary<string, string> values, string path, AeroValue value)
    {
        if (value is AeroValue.Text text && path.Length > 0) values[path] = text.Value;
        if (value is not AeroValue.Map map) return;
        foreach (var (key, inner) in map.Entries) Add(values, Join(path, key), inner);
    }

    private static void Add(
        Dictionary<string, string> values, string path, TreeValue? value, (VaultOptions Options, ProblemList All) with)
    {
        if (value is TreeText { IsNull: false } text && path.Length > 0)
        {
            if (Variables.Expand(text, path, with.Options.Environment, with.All) is { } expanded)
                values[path] = expanded;
        }

        foreach (var entry in (value as TreeMap)?.Entries ?? [])
            Add(values, Join(path, entry.Key.Value), entry.Value, with);
    }

    private static string Join(string path, string key)
    {
        var name = ForeignSecrets.NameOf(key);
        return path.Length == 0 ? name : $"{path}_{name}";
    }
}
