using System.Text.Json.Serialization;
using Weir.Contracts.Json;

namespace Weir.Engine.Agents;

/// <summary>JSON of the stored documents about agents.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(InstantConverter)])]
[JsonSerializable(typeof(AgentRecord))]
[JsonSerializable(typeof(HeardAgents))]
[JsonSerializable(typeof(AgentKeyRecord))]
[JsonSerializable(typeof(JoinTokenRecord))]
internal sealed partial class AgentJson : JsonSerializerContext;
