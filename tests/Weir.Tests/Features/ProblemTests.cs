using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Testing;

namespace Weir.Tests.Features;

public sealed class ProblemTests
{
    [Theory]
    [InlineData("GET", "/v1/nothing", HttpStatusCode.NotFound, ErrorCodes.RouteNotFound)]
    [InlineData("PATCH", "/v1/flows", HttpStatusCode.MethodNotAllowed, ErrorCodes.MethodNotAllowed)]
    [InlineData("GET", "/v1/flows?limit=501", HttpStatusCode.BadRequest, ErrorCodes.RequestInvalid)]
    [InlineData("GET", "/v1/runs?cursor=nonsense", HttpStatusCode.BadRequest, ErrorCodes.RequestInvalid)]
    [InlineData("GET", "/v1/runs?namespace=../etc", HttpStatusCode.BadRequest, ErrorCodes.RequestInvalid)]
    [InlineData("GET", "/v1/flows/none", HttpStatusCode.NotFound, ErrorCodes.FlowNotFound)]
    [InlineData("GET", "/v1/flows/..%2f..%2fetc", HttpStatusCode.NotFound, ErrorCodes.FlowNotFound)]
    [InlineData("GET", "/v1/runs/none", HttpStatusCode.NotFound, ErrorCodes.RunNotFound)]
    [InlineData("GET", "/v1/runs/build%237", HttpStatusCode.NotFound, ErrorCodes.RunNotFound)]
    [InlineData("GET", "/v1/runs/@latest", HttpStatusCode.NotFound, ErrorCodes.RunNotFound)]
    [InlineData("GET", "/v1/agents/none", HttpStatusCode.NotFound, ErrorCodes.AgentNotFound)]
    [InlineData("DELETE", "/v1/tokens/none", HttpStatusCode.NotFound, ErrorCodes.TokenNotFound)]
    public async Task Every_refusal_has_a_code(string method, string path, HttpStatusCode status, string code)
    {
        await using var controller = await TestController.StartAsync();

        using var response = await controller.SendAsync(new HttpMethod(method), path);

        Assert.Equal((status, code), (response.StatusCode, (await ReadAsync(response)).Code));
    }

    [Fact]
    public async Task All_wrong_parameters_are_named_at_once()
    {
        await using var controller = await TestController.StartAsync();

        using var response = await controller.SendAsync(
            HttpMethod.Get, "/v1/runs?limit=0&since=yesterday&status=pending,lost");

        var problems = (await ReadAsync(response)).Problems;
        Assert.Equal(["limit", "status", "since"], problems.Select(problem => problem.Path));
        Assert.Contains("`lost` is none of pending, running", problems[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Malformed_JSON_is_told_its_place()
    {
        await using var controller = await TestController.StartAsync();
        var content = new StringContent(
            "{\n  \"flow\": \"a\",\n  \"priority\": \"high\" }", Encoding.UTF8, "application/json");

        using var response = await controller.SendAsync(HttpMethod.Post, "/v1/runs", content);

        var problem = Assert.Single((await ReadAsync(response)).Problems);
        Assert.Equal(("priority", 3), (problem.Path, problem.Line));
        Assert.True(problem.Column > 0);
    }

    [Theory]
    [InlineData("POST", "/v1/runs", """{"definition":"name: a\nsteps: [{ commands: ['true'] }]","params":null}""")]
    [InlineData("POST", "/v1/runs", """{"definition":"name: a\nparams: { who: { type: string } }\nsteps: [{ commands: ['true'] }]","params":{"who":"\ud800"}}""")]
    [InlineData("POST", "/v1/runs", """{"definition":"\udc00"}""")]
    [InlineData("POST", "/v1/join-tokens", """{"labels":{"a":null}}""")]
    [InlineData("POST", "/v1/join-tokens", """{"namespaces":[null]}""")]
    [InlineData("PUT", "/v1/agents/none/labels", """{"labels":{"a":null}}""")]
    [InlineData("POST", "/v1/nodes", """{"name":"a","data":{"\ud800":1}}""")]
    [InlineData("POST", "/v1/nodes", """{"name":"a","data":{"x":["\ud800"]}}""")]
    [InlineData("POST", "/v1/nodes", """{"name":"a","artifacts":{"a":null}}""")]
    [InlineData("POST", "/v1/nodes", """{"node":{"name":"a"},"child_nodes":[null]}""")]
    [InlineData("POST", "/v1/tokens", """{"name":null,"role":null}""")]
    [InlineData("GET", "/v1/runs?cursor=xx", "")]
    [InlineData("GET", "/v1/flows?cursor=%00", "")]
    [InlineData("GET", "/v1/nodes?cursor=Zm9v", "")]
    [InlineData("GET", "/v1/agents?cursor=x", "")]
    [InlineData("GET", "/v1/tokens?cursor=x%20x", "")]
    public async Task What_nobody_expects_is_refused_and_no_defect(string method, string path, string body)
    {
        await using var controller = await TestController.StartAsync();
        var content = body.Length > 0 ? new StringContent(body, Encoding.UTF8, "application/json") : null;

        using var response = await controller.SendAsync(new HttpMethod(method), path, content);

        Assert.InRange((int)response.StatusCode, 400, 499);
        Assert.NotEmpty((await ReadAsync(response)).Code);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"definition\":null}")]
    [InlineData("null")]
    [InlineData("[")]
    [InlineData("")]
    public async Task A_body_that_lacks_what_is_required_is_refused(string body)
    {
        await using var controller = await TestController.StartAsync();

        using var response = await controller.SendAsync(
            HttpMethod.Post, "/v1/flows", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotEmpty((await ReadAsync(response)).Problems);
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_by_its_type_is_refused()
    {
        await using var controller = await TestController.StartAsync();

        using var response = await controller.SendAsync(HttpMethod.Post, "/v1/flows", new StringContent("name: a"));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using var controller = await TestController.StartAsync(options => options with { MaxBodyBytes = 1024 });
        var large = new StringContent(
            $"{{\"definition\":\"{new string('a', 2048)}\"}}", Encoding.UTF8, "application/json");

        using var response = await controller.SendAsync(HttpMethod.Post, "/v1/flows", large);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal(ErrorCodes.LimitExceeded, (await ReadAsync(response)).Code);
    }

    private static async Task<ProblemBody> ReadAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var text = await response.Content.ReadAsStringAsync();
        var body = JsonSerializer.Deserialize(text, WeirJson.Default.ProblemBody)!;
        Assert.Equal((int)response.StatusCode, body.Status);
        return body;
    }
}
