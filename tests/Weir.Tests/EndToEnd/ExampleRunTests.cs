using System.Runtime.CompilerServices;

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

    private static string Folder([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(here, "../../../../examples"));
}
