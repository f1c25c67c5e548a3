using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Weir.Contracts.Problems;
using Weir.Controller.Features.Requests;
using Weir.Controller.Hosting;
using Weir.Engine.Scheduling;
using Weir.Engine.Security;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.AgentProtocol;

/// <summary>
/// Blobs for agents, as long as they hold the attempt that needs them. The digest verifies the bytes.
/// </summary>
internal static class BlobEndpoints
{
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    public static async Task<IResult> HandleAsync(
        string agent, string digest, HttpContext context, AgentGate gate, BlobDesk desk)
    {
        var streamed = HttpMethods.IsPut(context.Request.Method);
        var (entry, refusal) = gate.Admit(
            context, agent, streamed ? RequestSignature.StreamedBody : RequestSignature.DigestOf([]));
        if (entry is null) return refusal!;
        var (fence, unfit) = FenceQuery.Read(context.Request.Query);
        if (fence is null) return unfit!;
        if (!IsDigest(digest)) return Refusal.Invalid("digest", "`sha256:` and 64 lower-case hex digits are expected");
        if (!await desk.Gateway.HoldsAsync(entry.Identity, fence, context.RequestAborted))
            return FenceQuery.Fenced(fence);
        if (streamed) return await desk.PutAsync(digest, context);
        if (HttpMethods.IsHead(context.Request.Method)) return await desk.HeadAsync(digest, context);
        return await desk.Gateway.NeedsAsync(entry.Identity, fence, digest, context.RequestAborted)
            ? await desk.GetAsync(digest, context)
            : BlobDesk.NotFound(digest);
    }

    private static bool IsDigest(string digest) =>
        digest.Length == 71 && digest.StartsWith("sha256:", StringComparison.Ordinal)
        && !digest.AsSpan(7).ContainsAnyExcept(Hex);
}

internal sealed class BlobDesk(AgentGateway gateway, IBlobStore blobs, ControllerOptions options)
{
    public AgentGateway Gateway => gateway;

    public async Task<IResult> HeadAsync(string digest, HttpContext context)
    {
        if (await blobs.HeadAsync(digest, context.RequestAborted) is not { } length) return NotFound(digest);
        context.Response.ContentLength = length;
        return TypedResults.Ok();
    }

    public async Task<IResult> GetAsync(string digest, HttpContext context)
    {
        if (!options.AllowDownloads)
            return Refusal.Forbidden(ErrorCodes.NotPermitted, "this controller lets nobody download blobs");
        return await blobs.OpenAsync(digest, context.RequestAborted) is { } content
            ? TypedResults.Stream(content, "application/octet-stream")
            : NotFound(digest);
    }

    public async Task<IResult> PutAsync(string digest, HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = options.MaxBlobBytes;
        var outcome = await blobs.PutAsync(digest, context.Request.Body, options.MaxBlobBytes, context.RequestAborted);
        return outcome switch
        {
            BlobPutOutcome.Stored => TypedResults.StatusCode(StatusCodes.Status201Created),
            BlobPutOutcome.AlreadyThere => TypedResults.Ok(),
            BlobPutOutcome.DigestMismatch => new Refusal(
                StatusCodes.Status422UnprocessableEntity, ErrorCodes.BlobDigestMismatch, "other bytes than announced")
            {
                Detail = $"the bytes sent are not those of {digest}; nothing was kept",
            },
            _ => Refusal.TooLarge($"a blob may have {options.MaxBlobBytes} bytes at most"),
        };
    }

    public static Refusal NotFound(string digest) =>
        Refusal.NotFound(ErrorCodes.BlobNotFound, $"there is no blob {digest}");
}
