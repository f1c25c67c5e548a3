using System.Text.Json.Serialization;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Json;

namespace Weir.Agent.Folders;

/// <summary>What an agent writes to its own disk.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(InstantConverter)])]
[JsonSerializable(typeof(AttemptRecord))]
[JsonSerializable(typeof(FinishRequest))]
internal sealed partial class AgentJson : JsonSerializerContext;
