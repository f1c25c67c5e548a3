using System.Formats.Tar;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Tokens;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Controller.Features.Runs;
using Weir.Controller.Features.Steps;
using Weir.Controller.Hosting;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.Artifacts;

/// <summary>Files that steps left.</summary>
internal static class ArtifactEndpoints
{
    private const int LongestPath = 4096;

    public static void MapArtifacts(this IEndpointRouteBuilder routes)
    {
        var artifacts = routes.MapGroup("").WithTags("Artifacts").Needs(TokenRole.Viewer);
        artifacts.MapGet(ApiRoutes.Artifacts, ListAsync).WithName("ListArtifacts")
            .WithSummary("List what a run's steps left, in the order of the steps")
            .Produces<Page<ArtifactView>>().Refuses(404);
        artifacts.MapGet(ApiRoutes.Artifact, DownloadAsync).WithName("DownloadArtifact")
            .WithSummary("Download an artifact as a tar, or one file of it")
            .TakesQuery("path", "string", "The file in the artifact; the whole artifact when left out.")
            .TakesQuery("attempt", "integer", "The attempt that left it; the newest when left out.")
            .Produces<Stream>(200, "application/x-tar").Refuses(403, 404, 410);
    }

    private static async Task<IResult> ListAsync(
        string run, Caller caller, RunOperations runs, CancellationToken cancellationToken)
    {
        if (await runs.GetAsync(caller.Namespace, run, cancellationToken) is not { } view)
            return RunEndpoints.NotFound(caller, run);
        var all = (view.Steps ?? []).SelectMany(step => step.Artifacts.Select(artifact =>
            new ArtifactView(step.Name, artifact.Name, artifact.Digest, artifact.Bytes, artifact.Files)));
        return JsonAnswer.Ok(new Page<ArtifactView>([.. all]), WeirJson.Default.PageArtifactView);
    }

    public static async Task<IResult> DownloadAsync(
        [AsParameters] ArtifactPlace place, QueryReader query, ControllerOptions options, IBlobStore blobs,
        CancellationToken cancellationToken)
    {
        var path = query.Text("path", LongestPath);
        var attempt = query.Number("attempt", 1, int.MaxValue);
        if (query.Refusal is { } refusal) return refusal;
        if (!options.AllowDownloads)
            return Refusal.Forbidden(ErrorCodes.NotPermitted, "this controller lets nobody download artifacts");
        if (await place.Runs.GetAsync(place.Caller.Namespace, place.Run, cancellationToken) is not { } view)
            return RunEndpoints.NotFound(place.Caller, place.Run);
        if (view.Steps?.FirstOrDefault(candidate => candidate.Name == place.Step) is not { } step)
            return StepEndpoints.NotFound(view, place.Step);
        if (Left(step, attempt).FirstOrDefault(candidate => candidate.Name == place.Artifact) is not { } artifact)
            return NotFound($"the step {place.Step} left no artifact `{place.Artifact}`");
        if (view.ArtifactsGone is { } gone) return Gone(place.Artifact, gone);
        if (await blobs.OpenAsync(artifact.Digest, cancellationToken) is not { } tar)
            return NotFound($"the artifact `{place.Artifact}` is not kept any more");
        return path is null ? Whole(artifact, tar) : await OneFileAsync(tar, path, cancellationToken);
    }

    private static IReadOnlyList<ArtifactRecord> Left(StepView step, long? attempt) => attempt is null
        ? step.Artifacts
        : step.Attempts.FirstOrDefault(candidate => candidate.Number == attempt)?.Artifacts ?? [];

    private static Refusal Gone(string artifact, DateTimeOffset since) =>
        new(StatusCodes.Status410Gone, ErrorCodes.ArtifactGone, "gone")
        {
            Detail = $"the artifact `{artifact}` is not kept any more, by the namespace's retention, since {since:u}",
        };

    private static Refusal NotFound(string what) => Refusal.NotFound(ErrorCodes.ArtifactNotFound, what);

    private static FileStreamHttpResult Whole(ArtifactRecord artifact, Stream tar) => TypedResults.Stream(
        tar, "application/x-tar", $"{artifact.Name}.tar",
        entityTag: new EntityTagHeaderValue($"\"{artifact.Digest}\""));

    private static async Task<IResult> OneFileAsync(Stream tar, string path, CancellationToken cancellationToken)
    {
        var reader = new TarReader(tar);
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            var isFile = entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile;
            if (!isFile || Bare(entry.Name) != Bare(path)) continue;
            var content = new TarFile(entry.DataStream ?? Stream.Null, reader);
            return TypedResults.Stream(content, "application/octet-stream", Path.GetFileName(Bare(path)));
        }

        await reader.DisposeAsync();
        return NotFound($"the artifact has no file `{path}`");
    }

    private static string Bare(string path) => path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
}

/// <summary>Where an artifact is and who asks for it.</summary>
internal readonly record struct ArtifactPlace(
    string Run, string Step, string Artifact, Caller Caller, RunOperations Runs);
