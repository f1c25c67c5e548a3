using System.Buffers;
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

        var body = context.Request.BodyReader;
        var read = await body.ReadAsync(context.RequestAborted);
        while (!read.IsCompleted)
        {
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await body.ReadAsync(context.RequestAborted);
        }

        try
        {
            return Read<T>(read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray());
        }
        finally
        {
            body.AdvanceTo(read.Buffer.End);
        }
    }

    public static (T? Value, Refusal? Refusal) Read<T>(ReadOnlySpan<byte> bytes)
        where T : class
    {
        try
        {
            return Judge(JsonSerializer.Deserialize(bytes, Type<T>()), BrokenTexts(bytes));
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
            return Judge(json.Deserialize(Type<T>()), []);
        }
        catch (JsonException malformed)
        {
            return (null, Refusal.Invalid([Place(malformed)]));
        }
    }

    private static (T? Value, Refusal? Refusal) Judge<T>(T? value, IReadOnlyList<Problem> broken)
        where T : class
    {
        if (value is null) return (null, Refusal.Invalid("", "an object is expected, not null"));
        Problem[] problems = [.. broken, .. NullsIn(value)];
        return problems.Length == 0 ? (value, null) : (null, Refusal.Invalid(problems));
    }

    /// <summary>Nulls among texts, which the serializer lets pass.</summary>
    private static IEnumerable<Problem> NullsIn<T>(T value)
        where T : class
    {
        foreach (var property in Type<T>().Properties)
        {
            var holds = property.Get?.Invoke(value) switch
            {
                IEnumerable<string?> texts => texts.Contains(null),
                IEnumerable<KeyValuePair<string, string?>> pairs => pairs.Any(pair => pair.Value is null),
                _ => false,
            };
            if (holds) yield return new Problem(property.Name, 0, 0, "null is no text; leave it out");
        }
    }

    /// <summary>
    /// Escapes that name half a character: they are valid JSON, and no text that could be stored or sent on.
    /// </summary>
    private static IReadOnlyList<Problem> BrokenTexts(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0) return [];
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Strict.MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName)) continue;
            try
            {
                reader.GetString();
            }
            catch (InvalidOperationException)
            {
                var before = json[..(int)reader.TokenStartIndex];
                var line = before.Count((byte)'\n') + 1;
                var column = before.Length - before.LastIndexOf((byte)'\n');
                return [new Problem("", line, column, "a text has half of a surrogate pair (\\ud800 to \\udfff)")];
            }
        }

        return [];
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
