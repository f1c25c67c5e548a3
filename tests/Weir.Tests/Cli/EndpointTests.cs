using Weir.Contracts.Json;
using Weir.Contracts.Statuses;

namespace Weir.Tests.Cli;

public sealed class EndpointTests
{
    [Fact]
    public async Task Flags_beat_variables_and_variables_beat_the_context()
    {
        using var bench = new CliBench();
        Answer(bench);
        await bench.RunAsync("context", "set", "one", "--addr", "http://context:1", "--token", "of-context");
        await bench.RunAsync("run", "get", "x");
        Assert.Equal(("http://context:1/v1/runs/x", "of-context"), Last(bench));

        bench.Variables["WEIR_ADDR"] = "http://variable:2";
        bench.Variables["WEIR_TOKEN"] = "of-variable";
        await bench.RunAsync("run", "get", "x");
        Assert.Equal(("http://variable:2/v1/runs/x", "of-variable"), Last(bench));

        await bench.RunAsync("run", "get", "x", "--addr", "http://flag:3", "--token", "of-flag");
        Assert.Equal(("http://flag:3/v1/runs/x", "of-flag"), Last(bench));

        await bench.RunAsync("run", "get", "x", "--context", "one");
        Assert.Equal(("http://context:1/v1/runs/x", "of-context"), Last(bench));
    }

    [Fact]
    public async Task A_contexts_token_goes_to_no_other_address()
    {
        using var bench = new CliBench();
        Answer(bench);
        await bench.RunAsync("context", "set", "one", "--addr", "http://context:1", "--token", "secret");
        await bench.RunAsync("run", "get", "x", "--addr", "http://elsewhere:1");
        Assert.Equal(("http://elsewhere:1/v1/runs/x", null), Last(bench));
    }

    [Fact]
    public async Task Contexts_are_readable_by_their_owner_alone()
    {
        using var bench = new CliBench { Input = "secret\n" };
        await bench.RunAsync("context", "set", "one", "--addr", "http://context:1", "--token", "-");
        var mode = File.GetUnixFileMode(Path.Combine(bench.Folder, ".config", "weir", "contexts.json"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
        Assert.Equal("secret\n", (await bench.RunAsync("context", "token")).Output);
    }

    [Fact]
    public async Task The_list_marks_the_current_context_and_hides_tokens()
    {
        using var bench = new CliBench();
        await bench.RunAsync("context", "set", "one", "--addr", "http://a:1", "--token", "secret");
        await bench.RunAsync("context", "set", "two", "--addr", "http://b:1");
        await bench.RunAsync("context", "use", "two");
        var list = (await bench.RunAsync("context", "list")).Output;
        Assert.Contains("*  two", list, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", list, StringComparison.Ordinal);
        Assert.Equal(5, (await bench.RunAsync("context", "use", "three")).Code);
        Assert.Equal(2, (await bench.RunAsync("run", "get", "x", "--context", "three")).Code);
    }

    private static void Answer(CliBench bench) =>
        bench.Api.Answers("GET /v1/runs/x", Samples.Run(RunStatus.Success), WeirJson.Default.RunView);

    private static (string Address, string? Token) Last(CliBench bench) =>
        (bench.Api.Asked[^1].RequestUri!.ToString(), bench.Api.Asked[^1].Headers.Authorization?.Parameter);
}
