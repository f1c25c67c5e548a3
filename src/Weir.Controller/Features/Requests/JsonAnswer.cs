using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Weir.Controller.Features.Requests;

/// <summary>Writes JSON by the generated serializer, straight into the response's pipe.</summary>
internal sealed class JsonAnswer<T>(T value, JsonTypeInfo<T> type, int status) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(response.BodyWriter, value, type, httpContext.RequestAborted);
    }
}

internal static class JsonAnswer
{
    public static JsonAnswer<T> Ok<T>(T value, JsonTypeInfo<T> type) => new(value, type, StatusCodes.Status200OK);

    public static JsonAnswer<T> Created<T>(T value, JsonTypeInfo<T> type) =>
        new(value, type, StatusCodes.Status201Created);
}
