using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Weir.Contracts.Json;
using Weir.Contracts.Routes;
using Weir.Controller.Features.Health;
using Weir.Controller.Features.Requests;

namespace Weir.Controller.Features.OpenApi;

/// <summary>The API's description, made from what the endpoints declare when it is first asked for.</summary>
internal static class OpenApiDescription
{
    private const string Scheme = "token";

    public static IServiceCollection AddApiDescription(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = WeirJson.Default.Options.PropertyNamingPolicy;
            json.SerializerOptions.DefaultIgnoreCondition = WeirJson.Default.Options.DefaultIgnoreCondition;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, WeirJson.Default);
        });
        return services.AddOpenApi("v1", options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.AddDocumentTransformer(Introduce);
            options.AddOperationTransformer(Complete);
        });
    }

    public static void MapApiDescription(this IEndpointRouteBuilder routes) =>
        routes.MapOpenApi(ApiRoutes.OpenApi.Replace("v1", "{documentName}", StringComparison.Ordinal));

    private static Task Introduce(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken _)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Weir",
            Version = HealthEndpoints.ProductVersion,
            Description =
                "Flows, runs, logs, artifacts and agents. Refusals are application/problem+json with a stable code.",
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Scheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "A token of `weir context token` or POST /v1/tokens.",
            },
        };
        return Task.CompletedTask;
    }

    private static Task Complete(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken _)
    {
        var facts = context.Description.ActionDescriptor.EndpointMetadata;
        foreach (var parameter in facts.OfType<QueryParameter>())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = parameter.Name,
                In = ParameterLocation.Query,
                Description = parameter.Description,
                Schema = new OpenApiSchema
                {
                    Type = parameter.Type == "integer" ? JsonSchemaType.Integer : JsonSchemaType.String,
                },
            });
        }

        if (facts.OfType<RequiredRole>().LastOrDefault() is not { } role) return Task.CompletedTask;
        operation.Description = $"Needs the role {JsonNamingPolicy.SnakeCaseLower.ConvertName(role.Role.ToString())}.";
        operation.Security =
            [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
        return Task.CompletedTask;
    }
}
