using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Secrets;
using Weir.Contracts.Tokens;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Controller.Vault;
using Weir.Engine.Vault;

namespace Weir.Controller.Features.Secrets;

/// <summary>Secrets of a namespace: they go in, and no answer ever holds one.</summary>
internal static class SecretEndpoints
{
    private const string SecretCursor = "secrets";

    public static void MapSecrets(this IEndpointRouteBuilder routes)
    {
        var secrets = routes.MapGroup("").WithTags("Secrets").Needs(TokenRole.NamespaceAdmin);
        secrets.MapGet(ApiRoutes.Secrets, ListAsync).WithName("ListSecrets")
            .WithSummary("List secrets by name; values are never shown").Needs(TokenRole.Viewer)
            .TakesPage().Produces<Page<SecretView>>().Refuses(400);
        secrets.MapPut(ApiRoutes.Secret, SetAsync).WithName("SetSecret").WithSummary("Set a secret")
            .Takes<SetSecretRequest>().Produces<SecretView>(201).Produces<SecretView>().Refuses(400);
        secrets.MapDelete(ApiRoutes.Secret, DeleteAsync).WithName("DeleteSecret").WithSummary("Delete a secret")
            .Produces(204).Refuses(404);
        secrets.MapPost(ApiRoutes.SecretsRotate, RotateAsync).WithName("RotateSecrets")
            .WithSummary("Seal with the newest master key what another one seals")
            .TakesQuery("all", "boolean", "In all namespaces; needs an admin.")
            .Produces<RotateSecretsResponse>().Refuses(400, 403);
    }

    private static async Task<IResult> SetAsync(string secret, HttpContext context, Caller caller, SecretStore store)
    {
        var (request, refusal) = await JsonBody.ReadAsync<SetSecretRequest>(context);
        if (request is null) return refusal!;
        List<Problem> problems = [];
        if (SecretRule.CheckName(secret) is { } name) problems.Add(new Problem("secret", 0, 0, name));
        if (SecretRule.Check(request.Value) is { } value) problems.Add(new Problem("value", 0, 0, value));
        if (problems.Count > 0) return Refusal.Invalid(problems);
        var (record, created) = await store.SetAsync(
            caller.Namespace, secret, request.Value, caller.Name, context.RequestAborted);
        return created
            ? JsonAnswer.Created(ViewOf(record), WeirJson.Default.SecretView)
            : JsonAnswer.Ok(ViewOf(record), WeirJson.Default.SecretView);
    }

    private static async Task<IResult> ListAsync(
        Caller caller, QueryReader query, SecretStore store, ConfigSecrets config, CancellationToken cancellationToken)
    {
        var (limit, after) = (query.PageSize(), query.Cursor(SecretCursor));
        if (query.Refusal is { } refusal) return refusal;
        var stored = await store.ListAsync(caller.Namespace, after, limit + 1, cancellationToken);
        var configured = config.NamesFor(caller.Namespace)
            .Where(name => after is null || string.CompareOrdinal(name, after) > 0)
            .Select(name => new SecretView { Name = name, Source = SecretSource.Config });
        // one of the namespace's own stands over one of the config
        var found = stored.Select(ViewOf).Concat(configured).DistinctBy(view => view.Name)
            .OrderBy(view => view.Name, StringComparer.Ordinal).Take(limit + 1).ToList();
        var page = found.Count <= limit
            ? new Page<SecretView>(found)
            : new Page<SecretView>(found[..limit]) { Next = PageCursor.Write(SecretCursor, found[limit - 1].Name) };
        return JsonAnswer.Ok(page, WeirJson.Default.PageSecretView);
    }

    private static async Task<IResult> DeleteAsync(
        string secret, Caller caller, SecretStore store, CancellationToken cancellationToken) =>
        await store.DeleteAsync(caller.Namespace, secret, cancellationToken)
            ? TypedResults.NoContent()
            : Refusal.NotFound(
                ErrorCodes.SecretNotFound, $"there is no secret `{secret}` in the namespace {caller.Namespace}");

    private static async Task<IResult> RotateAsync(
        Caller caller, QueryReader query, SecretStore store, CancellationToken cancellationToken)
    {
        var all = query.Flag("all");
        if (query.Refusal is { } refusal) return refusal;
        if (all && caller.Role < TokenRole.Admin)
            return Refusal.Forbidden(ErrorCodes.NotPermitted, "all namespaces need the role admin");
        try
        {
            var done = await store.RotateAsync(all ? null : caller.Namespace, cancellationToken);
            var answer = new RotateSecretsResponse(done.KeyId, done.Rotated) { Unopened = done.Unopened };
            return JsonAnswer.Ok(answer, WeirJson.Default.RotateSecretsResponse);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            return Refusal.Conflict(ErrorCodes.SecretKey, $"the master keys could not be read: {e.Message}");
        }
    }

    private static SecretView ViewOf(SecretRecord record) => new()
    {
        Name = record.Name,
        Source = SecretSource.Store,
        Revision = record.Revision,
        Created = record.Created,
        Updated = record.Updated,
        UpdatedBy = record.UpdatedBy,
        KeyId = record.Sealed.KeyId,
    };
}
