using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Weir.Tests.EndToEnd;

/// <summary>Examples that show how steps work together really do.</summary>
public sealed class ExampleRunTests
{
    [Theory]
    [InlineData("matrix", "unit-4 │ bon jour in french, counted by awk", "join   │ english 1, french 2", "unit ended in success")]
    public async Task It_runs_and_prints(string name, params string[] lines)
    {
        await using var weir = new WeirProcess();
        weir.Write("example.yml", File.ReadAllText(Path.Combine(Folder(), name + ".yml")));
        await weir.UpAsync();
        var run = await weir.RunAsync("run", "start", "--file", "example.yml", "--follow", "--exit-status");
        Assert.True(run.Code == 0, run.Output + run.Error);
        Assert.All(lines, line => Assert.Contains(line, run.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_one_of_a_group_runs_one_after_the_other()
    {
        await using var weir = new WeirProcess();
        weir.Write("example.yml", File.ReadAllText(Path.Combine(Folder(), "concurrency.yml")));
        await weir.UpAsync();
        for (var i = 0; i < 2; i++)
            Assert.Equal(0, (await weir.RunAsync("run", "start", "--file", "example.yml")).Code);
        var second = await weir.RunAsync("run", "watch", "concurrency#2", "--timeout", "60s", "--exit-status");
        Assert.True(second.Code == 0, second.Output + second.Error);
        var first = await weir.RunAsync("run", "get", "concurrency#1", "-o", "json");
        second = await weir.RunAsync("run", "get", "concurrency#2", "-o", "json");
        Assert.True(At(second.Output, "started") >= At(first.Output, "ended"), first.Output + second.Output);
    }

    private static DateTimeOffset At(string run, string what) =>
        JsonDocument.Parse(run).RootElement.GetProperty(what).GetDateTimeOffset();

    [Fact]
    public async Task The_one_that_asks_waits_for_an_answer()
    {
        await using var weir = new WeirProcess();
        weir.Write("example.yml", File.ReadAllText(Path.Combine(Folder(), "approval.yml")));
        await weir.UpAsync();
        Assert.Equal(0, (await weir.RunAsync("run", "start", "--file", "example.yml")).Code);
        var waits = await weir.RunAsync("run", "watch", "@latest", "--timeout", "3s");
        Assert.Equal(7, waits.Code);
        var told = await weir.RunAsync("run", "explain", "@latest");
        Assert.Contains("waiting for approval by a runner, until", told.Output, StringComparison.Ordinal);
        Assert.Contains("weir run approve 'approval#1' ask", told.Output, StringComparison.Ordinal);

        var approved = await weir.RunAsync("run", "approve", "@latest", "--comment", "looks good");
        Assert.Equal("ask of approval#1 was approved\n", approved.Output);
        var ended = await weir.RunAsync("run", "watch", "@latest", "--timeout", "30s", "--exit-status");
        Assert.True(ended.Code == 0, ended.Output + ended.Error);
        Assert.Equal(
            "published the package, approved by admin (looks good)\n",
            (await weir.RunAsync("run", "logs", "@latest", "publish")).Output);
        Assert.Equal(6, (await weir.RunAsync("run", "reject", "@latest")).Code);
    }

    private static string Folder([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(here, "../../../../examples"));
}
