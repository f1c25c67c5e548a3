using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Controller.Storage.Transfer;

/// <summary>
/// Stands in a database while rows are moved into it: no controller starts on it, and only the same move goes on.
/// </summary>
/// <param name="From">Where the rows come from, as people read it.</param>
/// <param name="Content">Digest of all rows of the source.</param>
internal sealed record TransferMark(string From, string Content)
{
    public const string Document = "transfer/unfinished";

    public string ToJson() => JsonSerializer.Serialize(this, TransferJson.Default.TransferMark);

    public static TransferMark Parse(string json) =>
        JsonSerializer.Deserialize(json, TransferJson.Default.TransferMark)
        ?? throw new DataDirectoryException("the database holds a move that cannot be read");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TransferMark))]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class TransferJson : JsonSerializerContext;
