using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Testing;

namespace Weir.Tests.Features;

/// <summary>What others rely on, approved: the difference of the file is the review.</summary>
public sealed partial class DescriptionTests
{
    [Fact]
    public async Task The_API_is_described_and_the_description_is_approved()
    {
        await using var controller = await TestController.StartAsync();

        var description = await controller.Http.GetStringAsync(new Uri(controller.Address, ApiRoutes.OpenApi));

        Assert.Contains("\"openapi\": \"3.1", description, StringComparison.Ordinal);
        Snapshot.Match(description, "docs/openapi.json");
    }

    [Fact]
    public async Task Every_route_is_approved_with_who_may_call_it()
    {
        await using var controller = await TestController.StartAsync();
        var endpoints = controller.Part<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

        var lines = endpoints.SelectMany(endpoint =>
        {
            var role =
                endpoint.Metadata.GetMetadata<Weir.Controller.Features.Requests.RequiredRole>()?.Role.ToString() ?? "-";
            var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"];
            return methods.Select(method => $"{endpoint.RoutePattern.RawText} {method} {role}");
        });

        Snapshot.Match(string.Join('\n', lines.Order(StringComparer.Ordinal)), "routes.txt");
    }

    [Fact]
    public void Every_route_has_its_name_in_Contracts_once()
    {
        var routes = ConstantsOf(typeof(ApiRoutes)).Select(pair => pair.Value).ToList();

        Assert.Equal(routes.Distinct().Count(), routes.Count);
    }

    [Fact]
    public void The_codes_of_refusals_are_approved()
    {
        var codes = ConstantsOf(typeof(ErrorCodes)).Select(pair => pair.Value).ToList();

        Assert.Equal(codes.Distinct().Count(), codes.Count);
        Snapshot.Match(string.Join('\n', codes.Order(StringComparer.Ordinal)), "error-codes.txt");
    }

    [Fact]
    public async Task The_names_of_metrics_are_approved_and_their_values_count()
    {
        await using var controller = await TestController.StartAsync();
        using var agent = await TestControllerAgent.JoinAsync(controller);

        using var response = await controller.SendAsync(HttpMethod.Get, ApiRoutes.Metrics);
        var text = await response.Content.ReadAsStringAsync();

        Assert.Contains("weir_agents{state=\"active\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("weir_agents_online 1\n", text, StringComparison.Ordinal);
        Assert.Matches(Requests(), text);
        Snapshot.Match(
            string.Join('\n', text.Split('\n').Where(line => line.StartsWith("# TYPE", StringComparison.Ordinal))),
            "metrics.txt");
    }

    private static IEnumerable<(string Name, string Value)> ConstantsOf(Type type) => type
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.IsLiteral)
        .Select(field => (field.Name, (string)field.GetRawConstantValue()!));

    [GeneratedRegex("weir_http_requests_total\\{status=\"2xx\"\\} [1-9]")]
    private static partial Regex Requests();
}
