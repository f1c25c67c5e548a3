using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Contracts.Json;
using Weir.Contracts.Nodes;
using Weir.Engine.Storage;

namespace Weir.Engine.DataTree;

/// <summary>What a node's row keeps beside its columns.</summary>
internal sealed record NodeBody
{
    public JsonElement? Data { get; init; }
    public IReadOnlyDictionary<string, string>? Artifacts { get; init; }
    public JsonElement? Task { get; init; }

    public string Write() => JsonSerializer.Serialize(this, NodeJson.Default.NodeBody);

    public static NodeBody Read(NodeRow row) => JsonSerializer.Deserialize(row.Json, NodeJson.Default.NodeBody)!;
}

/// <summary>The data of an event about a node; what is in the node is there to be asked for.</summary>
internal sealed record NodeEventData
{
    public string Op { get; init; } = "created";
    public required string Id { get; init; }
    public required string Kind { get; init; }
    public required string Name { get; init; }
    public required JsonText Path { get; init; }
    public string? Parent { get; init; }
    public required string Owner { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(InstantConverter)])]
[JsonSerializable(typeof(NodeBody))]
[JsonSerializable(typeof(NodeEventData))]
[JsonSerializable(typeof(RunNodeData))]
[JsonSerializable(typeof(StepNodeData))]
[JsonSerializable(typeof(ResultNodeData))]
[JsonSerializable(typeof(NodeTask))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class NodeJson : JsonSerializerContext;

/// <summary>Nodes as the API shows them.</summary>
public static class NodeViews
{
    internal static readonly JsonElement Nothing = JsonSerializer.Deserialize("{}", NodeJson.Default.JsonElement);

    /// <param name="row">As stored.</param>
    /// <param name="address">Where an own artifact of the node can be had, by its name.</param>
    public static NodeView Of(NodeRow row, Func<string, string> address)
    {
        var body = NodeBody.Read(row);
        return new NodeView
        {
            Id = row.Id,
            Name = row.Name,
            Path = PathOf(row),
            Parent = row.Parent,
            Kind = row.Kind,
            Data = body.Data ?? Nothing,
            Artifacts = body.Artifacts?.ToDictionary(
                one => one.Key, one => OwnArtifact.IsOwn(one.Value) ? address(one.Key) : one.Value)
                ?? [],
            Task = body.Task,
            Owner = row.Owner,
            Created = row.Created,
            Namespace = row.Namespace,
        };
    }

    public static IReadOnlyList<string> PathOf(NodeRow row) => NodePath.Read(row.Path);

    /// <summary>The artifact of that name, if this controller keeps it itself.</summary>
    public static OwnArtifact? ArtifactOf(NodeRow row, string name) =>
        NodeBody.Read(row).Artifacts?.GetValueOrDefault(name) is { } url ? OwnArtifact.Read(url) : null;
}

/// <summary>An artifact among this controller's blobs, kept in a node as <c>weir:blob/DIGEST/NAME</c>.</summary>
public sealed record OwnArtifact(string Digest, string File)
{
    private const string Prefix = "weir:blob/";

    public static bool IsOwn(string url) => url.StartsWith(Prefix, StringComparison.Ordinal);

    public static OwnArtifact? Read(string url) =>
        IsOwn(url) && url[Prefix.Length..].Split('/', 2) is [var digest, var file]
            ? new OwnArtifact(digest, file)
            : null;

    public override string ToString() => $"{Prefix}{Digest}/{File}";
}
