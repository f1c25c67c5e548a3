using System.Text.Json.Serialization;
using Weir.Contracts.Json;

namespace Weir.Contracts.Flows;

/// <summary>When an image is asked of its registry.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<PullPolicy>))]
public enum PullPolicy
{
    IfMissing,
    Always,
    Never,
}
