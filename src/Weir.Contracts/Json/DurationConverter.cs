using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Contracts.Text;

namespace Weir.Contracts.Json;

/// <summary>Durations travel as <c>1h30m</c>, <c>10s</c>, <c>250ms</c>.</summary>
public sealed class DurationConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Duration.TryParse(reader.GetString(), out var value)
            ? value
            : throw new JsonException("expected a duration such as 90s, 10m or 1h30m");

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Duration.Format(value));
}
