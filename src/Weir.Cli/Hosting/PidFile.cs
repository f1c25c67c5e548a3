using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Cli.Hosting;

/// <summary>Says in a data folder which process serves it and where.</summary>
internal sealed record PidFile(int Process, long Start, string Address)
{
    public static string PathIn(string folder) => Path.Combine(folder, "weir.pid");

    /// <summary>The process that serves the folder now; null when none does.</summary>
    public static PidFile? ReadAlive(string folder)
    {
        try
        {
            var file = JsonSerializer.Deserialize(File.ReadAllBytes(PathIn(folder)), PidFileJson.Default.PidFile);
            return file is not null && ProcessTable.IsAlive(file.Process, file.Start) ? file : null;
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public static PidFile Write(string folder, string address)
    {
        var process = Environment.ProcessId;
        var file = new PidFile(process, ProcessTable.StartOf(process) ?? 0, address);
        var temporary = $"{PathIn(folder)}.{process}";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(file, PidFileJson.Default.PidFile));
        File.Move(temporary, PathIn(folder), overwrite: true);
        return file;
    }

    public void Remove(string folder)
    {
        if (ReadAlive(folder) == this) File.Delete(PathIn(folder));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PidFile))]
internal sealed partial class PidFileJson : JsonSerializerContext;
