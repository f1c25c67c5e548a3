using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;

namespace Weir.Controller.Features.Requests;

/// <summary>
/// Reads JSON bodies strictly: what is required must be there, what is not nullable must not be null.
/// </summary>
internal static class JsonBody
{
    private static readonly JsonSerializerOptions Strict = new(WeirJson.Default.Options)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 32,
    };

    /// <summary>The value, or why it cannot be read.</summary>
    public static async ValueTask<(T? Value, Refusal? Refusal)> ReadAsync<T>(HttpContext context)
        where T : class
    {
        if (!context.Request.HasJsonContentType())
        {
            return (null, new Refusal(StatusCodes.Status415UnsupportedMediaType, ErrorCodes.RequestInvalid, "not JSON")
            {
                Detail = "send application/json",
            });
        }

        try
        {
            var value = await JsonSerializer.DeserializeAsync(
                context.Request.BodyReader, Type<T>(), context.RequestAborted);
            return value is null ? (null, Refusal.Invalid("", "an object is expected, not null")) : (value, null);
        }
        catch (JsonException malformed)
        {
            return (null, Refusal.Invalid([Place(malformed)]));
        }
    }

    public static (T? Value, Refusal? Refusal) Read<T>(ReadOnlySpan<byte> bytes)
        where T : class
    {
        try
        {
            var value = JsonSerializer.Deserialize(bytes, Type<T>());
            return value is null ? (null, Refusal.Invalid("", "an object is expected, not null")) : (value, null);
        }
        catch (JsonException malformed)
        {
            return (null, Refusal.Invalid([Place(malformed)]));
        }
    }

    public static (T? Value, Refusal? Refusal) Read<T>(JsonElement json)
        where T : class
    {
        try
        {
            var value = json.Deserialize(Type<T>());
            return value is null ? (null, Refusal.Invalid("", "an object is expected, not null")) : (value, null);
        }
        catch (JsonException malformed)
        {
            return (null, Refusal.Invalid([Place(malformed)]));
        }
    }

    private static JsonTypeInfo<T> Type<T>() => (JsonTypeInfo<T>)Strict.GetTypeInfo(typeof(T));

    private static Problem Place(JsonException malformed)
    {
        var path = malformed.Path is { } given ? given.TrimStart('$').TrimStart('.') : "";
        var message = malformed.Message;
        var technical = message.IndexOf(" Path: ", StringComparison.Ordinal);
        return new Problem(
            path,
            (int)(malformed.LineNumber + 1 ?? 0),
            (int)(malformed.BytePositionInLine + 1 ?? 0),
            technical < 0 ? message : message[..technical]);
    }
}
