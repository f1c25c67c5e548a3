using System.Text.Json.Serialization;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Json;

namespace Weir.Contracts.Runs;

/// <summary>Which of a step's streams are read. <see cref="Both"/>: in the order in which they were written.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<LogView>))]
public enum LogView
{
    Both,
    Stdout,
    Stderr,
}

/// <summary>
/// Bytes of a step's log as the follow stream sends them: as text when they are UTF-8, else as base64.
/// </summary>
/// <param name="Attempt">The attempt that wrote them.</param>
/// <param name="Offset">Place of the first byte in the attempt's own stream.</param>
/// <param name="Command">Index of the command, from 0; −1 before the first.</param>
public sealed record LogChunk(int Attempt, LogStream Stream, long Offset, int Command)
{
    /// <summary>When the controller took them in.</summary>
    public required DateTimeOffset Time { get; init; }
    public string? Text { get; init; }
    public byte[]? Base64 { get; init; }

    [JsonIgnore]
    public ReadOnlyMemory<byte> Bytes => Base64 ?? System.Text.Encoding.UTF8.GetBytes(Text ?? "");
}

/// <summary>A part of a step's log.</summary>
/// <param name="Next">The offset to ask for next, in the same view.</param>
/// <param name="Complete">Nothing will follow.</param>
public sealed record LogRange(ReadOnlyMemory<byte> Bytes, int Attempt, long Next, bool Complete);

/// <summary>An artifact and the step that left it.</summary>
public sealed record ArtifactView(string Step, string Name, string Digest, long Bytes, int Files);
