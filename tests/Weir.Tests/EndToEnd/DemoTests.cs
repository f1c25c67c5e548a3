namespace Weir.Tests.EndToEnd;

public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_ends_in_success_and_says_where_to_look()
    {
        await using var weir = new WeirProcess();
        var demo = await weir.RunAsync("demo");
        Assert.True(demo.Code == 0, demo.Output + demo.Error);
        foreach (var line in (string[])["2 tests passed", "failed (allowed)", "tidy │", "demo#1 success"])
            Assert.Contains(line, demo.Output, StringComparison.Ordinal);
        var logs = demo.Output.Split('\n').Single(line => line.StartsWith("logs ", StringComparison.Ordinal)).Split(' ')[^1];
        Assert.True(File.Exists(Path.Combine(logs, "build", "logs", "stdout.log")));
        Directory.Delete(logs.Split("/data/")[0], recursive: true);
    }
}
