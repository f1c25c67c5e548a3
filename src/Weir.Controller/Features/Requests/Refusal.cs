using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;

namespace Weir.Controller.Features.Requests;

/// <summary>An answer that says no: RFC 9457 with a stable code.</summary>
internal sealed class Refusal(int status, string code, string title) : IResult
{
    public int Status => status;
    public string Code => code;
    public string Title => title;
    public string? Detail { get; init; }
    public IReadOnlyList<Problem> Problems { get; init; } = [];
    public string? TraceId { get; init; }

    public static Refusal NotFound(string code, string what) =>
        new(StatusCodes.Status404NotFound, code, "not found") { Detail = what };

    public static Refusal Conflict(string code, string why) =>
        new(StatusCodes.Status409Conflict, code, "conflict") { Detail = why };

    public static Refusal Forbidden(string code, string why) =>
        new(StatusCodes.Status403Forbidden, code, "not permitted") { Detail = why };

    public static Refusal Unauthorized(string code, string why) =>
        new(StatusCodes.Status401Unauthorized, code, "not authorised") { Detail = why };

    public static Refusal Invalid(IReadOnlyList<Problem> problems, string code = ErrorCodes.RequestInvalid) =>
        new(StatusCodes.Status400BadRequest, code, "invalid input")
        {
            Detail = problems.Count == 1 ? problems[0].ToString() : $"{problems.Count} things are wrong",
            Problems = problems,
        };

    public static Refusal Invalid(string path, string message) => Invalid([new Problem(path, 0, 0, message)]);

    public static Refusal TooLarge(string what) =>
        new(StatusCodes.Status413PayloadTooLarge, ErrorCodes.LimitExceeded, "too large") { Detail = what };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (httpContext.Features.Get<RefusalStyle>() is { } style) return style.Show(httpContext, this);
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/problem+json";
        var body = new ProblemBody(code, status, title) { Detail = Detail, Problems = Problems, TraceId = TraceId };
        return response.Body.WriteAsync(
            JsonSerializer.SerializeToUtf8Bytes(body, WeirJson.Default.ProblemBody),
            httpContext.RequestAborted).AsTask();
    }
}

/// <summary>How a part of the controller says no when it does not speak JSON.</summary>
internal sealed record RefusalStyle(Func<HttpContext, Refusal, Task> Show);
