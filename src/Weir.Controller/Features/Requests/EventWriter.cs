using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Weir.Controller.Hosting;

namespace Weir.Controller.Features.Requests;

/// <summary>
/// Makes live streams of server-sent events; they end when their client leaves or the controller stops.
/// </summary>
internal sealed class EventStreams(IHostApplicationLifetime lifetime, ControllerOptions options)
{
    public IResult Open(Func<EventWriter, Task> write) => new EventStream(lifetime, options, write);

    private sealed class EventStream(
        IHostApplicationLifetime lifetime, ControllerOptions options, Func<EventWriter, Task> write) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(
                httpContext.RequestAborted, lifetime.ApplicationStopping);
            var writer = new EventWriter(httpContext, options, stop.Token);
            try
            {
                await writer.BeginAsync();
                await write(writer);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // without the event `end` the client dials again, here or at the next controller
            }
        }
    }
}

/// <summary>Writes one stream of server-sent events.</summary>
internal sealed class EventWriter(HttpContext context, ControllerOptions options, CancellationToken cancellationToken)
{
    private const string End = "event: end\ndata: {}\n\n";
    private const string Heartbeat = ": still here\n\n";

    public TimeProvider Time => options.Time;

    /// <summary>Cancelled when the stream is over.</summary>
    public CancellationToken Stopped => cancellationToken;

    public Task BeginAsync()
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache, no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        return WriteAsync(Heartbeat);
    }

    public Task SendAsync<T>(string type, string id, T value, JsonTypeInfo<T> json) =>
        WriteAsync($"event: {type}\nid: {id}\ndata: {JsonSerializer.Serialize(value, json)}\n\n");

    /// <summary>Only that something happened.</summary>
    public Task SignalAsync(string type) => WriteAsync($"event: {type}\ndata: {{}}\n\n");

    /// <summary>Tells the client that there is nothing more to come.</summary>
    public Task EndAsync() => WriteAsync(End);

    /// <summary>Waits for something to happen, for one heartbeat at most; false when nothing did.</summary>
    public async Task<bool> WaitAsync(Task happening)
    {
        try
        {
            await happening.WaitAsync(options.Heartbeat, options.Time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            await WriteAsync(Heartbeat);
            return false;
        }
    }

    private async Task WriteAsync(string text)
    {
        await context.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        await context.Response.BodyWriter.FlushAsync(cancellationToken);
    }
}
