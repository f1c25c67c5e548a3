using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Cli.Connecting;

/// <summary>A controller that the user knows.</summary>
internal sealed record ControllerContext(string Url)
{
    public string? Token { get; init; }
    public string? Namespace { get; init; }
}

/// <summary>The user's controllers, in <c>contexts.json</c>, readable by the user alone.</summary>
internal sealed record ContextFile
{
    public const string Local = "local";

    public string? Current { get; init; }
    public IReadOnlyDictionary<string, ControllerContext> Contexts { get; set; } =
        new Dictionary<string, ControllerContext>();

    public static string PathFor(CliHost host)
    {
        var folder = host.Setting("XDG_CONFIG_HOME") ?? Path.Combine(host.Home, ".config");
        return Path.Combine(folder, "weir", "contexts.json");
    }

    public static ContextFile Load(CliHost host)
    {
        var path = PathFor(host);
        if (!File.Exists(path)) return new ContextFile();
        try
        {
            return JsonSerializer.Deserialize(
                File.ReadAllBytes(path), ContextJson.Default.ContextFile) ?? new ContextFile();
        }
        catch (JsonException broken)
        {
            throw new CliException(ExitCodes.Error, $"{path} is no valid JSON: {broken.Message}", broken);
        }
    }

    public void Save(CliHost host)
    {
        var path = PathFor(host);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Environment.ProcessId}";
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(temporary, options))
        {
            JsonSerializer.Serialize(file, this, ContextJson.Default.ContextFile);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Adds or replaces one; the first one becomes the current one.</summary>
    public ContextFile With(string name, ControllerContext context)
    {
        var all = new SortedDictionary<string, ControllerContext>(
            Contexts.ToDictionary(), StringComparer.Ordinal) { [name] = context };
        return this with { Contexts = all, Current = Current ?? name };
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(ContextFile))]
internal sealed partial class ContextJson : JsonSerializerContext;
