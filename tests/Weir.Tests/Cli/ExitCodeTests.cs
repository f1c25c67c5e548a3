namespace Weir.Tests.Cli;

public sealed class ExitCodeTests
{
    [Theory]
    [InlineData(400, 2)]
    [InlineData(422, 2)]
    [InlineData(401, 4)]
    [InlineData(403, 4)]
    [InlineData(404, 5)]
    [InlineData(409, 6)]
    [InlineData(500, 1)]
    [InlineData(503, 8)]
    [InlineData(504, 7)]
    public async Task A_refusal_has_its_code_and_its_message(int status, int code)
    {
        using var bench = new CliBench();
        bench.Api.Refuses(
            "GET /v1/runs/x", status,
            $$"""{"code":"some.code","status":{{status}},"title":"no","detail":"it cannot be"}""");
        var result = await bench.RunAsync("run", "get", "x");
        Assert.Equal(code, result.Code);
        Assert.Equal("weir: it cannot be (some.code)\n", result.Error);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task A_handle_with_an_at_sign_is_no_file_of_arguments()
    {
        using var bench = new CliBench();
        bench.Api.Refuses("GET /v1/runs/%40latest", 404, """{"code":"run.not_found","status":404,"title":"none"}""");
        Assert.Equal(5, (await bench.RunAsync("run", "get", "@latest")).Code);
    }

    [Fact]
    public async Task A_controller_that_is_not_there_is_8()
    {
        using var bench = new CliBench();
        var result = await bench.RunAsync("run", "get", "x");
        Assert.Equal(8, result.Code);
    }

    [Theory]
    [InlineData("run list --status lost", "'lost' is none of pending, running, success, failed, cancelled, skipped")]
    [InlineData("run list -o xml", "'xml' is none of table, json, yaml, ndjson")]
    [InlineData("run logs x y --stream all", "'all' is none of both, stdout, stderr")]
    public async Task A_wrong_choice_is_2_and_the_choices_are_named(string line, string told)
    {
        using var bench = new CliBench();
        var result = await bench.RunAsync(line.Split(' '));
        Assert.Equal(2, result.Code);
        Assert.StartsWith($"weir: {told}\n", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("runn", "run")]
    [InlineData("run lst", "list")]
    [InlineData("run list --flwo x", "--flow")]
    public async Task A_wrong_word_is_2_and_the_right_one_is_named(string line, string meant)
    {
        using var bench = new CliBench();
        var result = await bench.RunAsync(line.Split(' '));
        Assert.Equal(2, result.Code);
        Assert.Contains($"did you mean '{meant}'?", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_noun_alone_is_2_and_shows_its_verbs()
    {
        using var bench = new CliBench();
        var result = await bench.RunAsync("flow");
        Assert.Equal(2, result.Code);
        Assert.Contains("usage: weir flow VERB", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Problems_of_a_request_are_listed_with_their_places()
    {
        using var bench = new CliBench();
        bench.Write("f.yml", "x");
        bench.Api.Refuses(
            "POST /v1/runs", 400,
            """
            {"code":"flow.invalid","status":400,"title":"t",
             "problems":[{"path":"steps","line":3,"column":5,"message":"is missing"}]}
            """);
        var result = await bench.RunAsync("run", "start", "--file", "f.yml");
        Assert.Equal(2, result.Code);
        Assert.Contains("f.yml:3:5: steps: is missing\n", result.Error, StringComparison.Ordinal);
    }
}
