using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Weir.Contracts.Problems;
using Weir.Controller.Features.Metrics;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.Requests;

/// <summary>Where every exception of a request ends, and where answers without a body get one.</summary>
internal sealed partial class RequestBoundary(
    RequestDelegate next, ControllerMetrics metrics, ILogger<RequestBoundary> log)
{
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "the one boundary of requests")]
    public async Task InvokeAsync(HttpContext context)
    {
        Refusal? refusal;
        try
        {
            await next(context);
            refusal = context.Response.HasStarted ? null : Silent(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception failure)
        {
            refusal = Translate(failure, context);
            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }

            context.Response.Clear();
        }

        if (refusal is not null) await refusal.ExecuteAsync(context);
        metrics.Answered(context.Response.StatusCode);
    }

    private static Refusal? Silent(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound when context.GetEndpoint() is null =>
            Refusal.NotFound(ErrorCodes.RouteNotFound, $"there is no {context.Request.Path}"),
        StatusCodes.Status405MethodNotAllowed => new Refusal(405, ErrorCodes.MethodNotAllowed, "method not allowed")
        {
            Detail =
                $"{context.Request.Path} does not take {context.Request.Method}, but {context.Response.Headers.Allow}",
        },
        _ => null,
    };

    private Refusal Translate(Exception failure, HttpContext context)
    {
        switch (failure)
        {
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } large:
                return Refusal.TooLarge(large.Message);
            case BadHttpRequestException bad:
                return new Refusal(
                    bad.StatusCode, ErrorCodes.RequestInvalid, "invalid request") { Detail = bad.Message };
            case OperationCanceledException:
                return new Refusal(
                    503, ErrorCodes.StoreUnavailable, "stopping") { Detail = "the controller is stopping" };
            case StoreUnavailableException:
                Log.StoreUnavailable(log, failure, context.Request.Path);
                return new Refusal(503, ErrorCodes.StoreUnavailable, "the store did not answer")
                {
                    Detail = "ask again; whether a change was made is not known",
                    TraceId = context.TraceIdentifier,
                };
            default:
                Log.Failed(log, failure, context.Request.Method, context.Request.Path, context.TraceIdentifier);
                return new Refusal(500, ErrorCodes.InternalError, "the controller failed")
                {
                    Detail = "this is a defect of the controller; its log has more under the trace id",
                    TraceId = context.TraceIdentifier,
                };
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed ({Trace})")]
        public static partial void Failed(ILogger log, Exception failure, string method, string path, string trace);

        [LoggerMessage(Level = LogLevel.Warning, Message = "the store did not answer {Path}")]
        public static partial void StoreUnavailable(ILogger log, Exception failure, string path);
    }
}
