using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Problems;
using Weir.Controller.Features.Requests;

namespace Weir.Controller.Ui.Assets;

internal static class AssetEndpoint
{
    public static void MapAssets(this IEndpointRouteBuilder routes) => routes.MapGet(UiRoutes.Asset, Get);

    private static IResult Get(string name, HttpContext context)
    {
        if (UiAssets.Find(name) is not { } asset)
            return Refusal.NotFound(ErrorCodes.RouteNotFound, $"there is no asset {name}");
        var (request, headers) = (context.Request, context.Response.Headers);
        var tag = $"\"{asset.Hash}\"";
        headers.ETag = tag;
        headers.Vary = "Accept-Encoding";
        headers.CacheControl = request.Query["v"] == asset.Hash ? "public, max-age=31536000, immutable" : "no-cache";
        if (request.Headers.IfNoneMatch == tag) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        if (!request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal))
            return TypedResults.Bytes(asset.Bytes, asset.Type);
        headers.ContentEncoding = "br";
        return TypedResults.Bytes(asset.Brotli, asset.Type);
    }
}
