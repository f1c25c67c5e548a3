using System.Text.Json.Serialization;
using Weir.Contracts.Json;

namespace Weir.Agent.Folders;

/// <summary>What an agent writes to its own disk.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(InstantConverter)])]
[JsonSerializable(typeof(AttemptEntry))]
internal sealed partial class AgentJson : JsonSerializerContext;
