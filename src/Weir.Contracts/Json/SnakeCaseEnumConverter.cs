using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Contracts.Json;

/// <summary>Enums travel as lower-case words: <c>WhenFalse</c> is <c>"when_false"</c>.</summary>
public sealed class SnakeCaseEnumConverter<T>()
    : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
