using Microsoft.AspNetCore.Http;
using Weir.Contracts.Problems;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Controller.Hosting;
using Weir.Engine.DataTree;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.Nodes;

/// <summary>Artifacts of nodes that are blobs of this controller.</summary>
internal static class NodeArtifacts
{
    public static async Task<IResult> DownloadAsync(
        string node, string artifact, HttpContext context, Caller caller, NodeBlobs blobs)
    {
        if (!blobs.MayDownload)
            return Refusal.Forbidden(ErrorCodes.NotPermitted, "this controller lets nobody download artifacts");
        var row = await NodeEndpoints.FindAsync(node, caller, blobs.Records, context.RequestAborted);
        if (row is null) return NodeEndpoints.NotFound(node);
        if (NodeViews.ArtifactOf(row, artifact) is not { } own)
            return Refusal.NotFound(ErrorCodes.ArtifactNotFound, $"the node keeps no artifact `{artifact}` here");
        if (await blobs.Blobs.OpenAsync(own.Digest, context.RequestAborted) is { } content)
            return TypedResults.Stream(content, "application/octet-stream", own.File);
        return new Refusal(StatusCodes.Status410Gone, ErrorCodes.ArtifactGone, "gone")
        {
            Detail = $"the artifact `{artifact}` ({own.Digest}) is not kept any more",
        };
    }
}

/// <summary>What a download of a node's artifact needs.</summary>
internal sealed record NodeBlobs(IRecordStore Records, IBlobStore Blobs, ControllerOptions Options)
{
    public bool MayDownload => Options.AllowDownloads;
}
