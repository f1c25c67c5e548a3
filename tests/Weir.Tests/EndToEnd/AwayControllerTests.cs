using System.Globalization;
using System.Text;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Testing;

namespace Weir.Tests.EndToEnd;

/// <summary>A step that prints all the time, while its controller is gone for longer than a lease lasts.</summary>
public sealed class AwayControllerTests
{
    private const double Heartbeat = 1;

    [Fact]
    public async Task A_step_outlives_its_controller_and_its_log_is_whole()
    {
        await using var pair = await WeirPair.StartAsync(Heartbeat);
        var (run, progress) = await StartCountingAsync(pair, to: 65);
        await pair.Controller.KillAsync();
        await ReachesAsync(progress, 55);
        await pair.StartControllerAsync();
        AssertWholeAndOnce(pair, await pair.EndAsync(run), to: 65);
    }

    [Fact]
    public async Task A_controller_that_hangs_for_many_leases_finds_the_step_still_running()
    {
        await using var pair = await WeirPair.StartAsync(Heartbeat);
        var (run, progress) = await StartCountingAsync(pair, to: 120);
        pair.Controller.Freeze();
        await ReachesAsync(progress, 105);
        pair.Controller.Thaw();
        AssertWholeAndOnce(pair, await pair.EndAsync(run), to: 120);
    }

    private static async Task<(RunView Run, string Progress)> StartCountingAsync(WeirPair pair, int to)
    {
        var marks = pair.Weir.OpenFolder("marks");
        var run = await pair.StartRunAsync($$"""
            name: count
            runtime: process
            steps:
              - name: count
                disconnect: 2m
                env: { MARKS: '{{marks}}', TO: '{{to}}' }
                commands:
                  - |
                    i=1
                    while [ "$i" -le "$TO" ]; do
                      echo "line $i"; echo "error $i" >&2; echo "$i" > "$MARKS/progress"
                      i=$((i + 1)); sleep 0.1
                    done
            """);
        var progress = Path.Combine(marks, "progress");
        await ReachesAsync(progress, 15);
        return (run, progress);
    }

    private static Task ReachesAsync(string progress, int line) => Eventually.HoldsAsync(
        () => File.Exists(progress)
            && int.TryParse(File.ReadAllText(progress), CultureInfo.InvariantCulture, out var at) && at >= line,
        $"the step goes on to line {line}",
        TimeSpan.FromMinutes(1));

    private static void AssertWholeAndOnce(WeirPair pair, RunView ended, int to)
    {
        Assert.Equal((RunStatus.Success, 0), (ended.Status, ended.InfrastructureLosses));
        Assert.Single(Assert.Single(ended.Steps!).Attempts);
        var file = pair.StdoutFile(ended, "count");
        Assert.Equal(Lines("line", to), File.ReadAllText(file));
        Assert.Equal(
            Lines("error", to),
            File.ReadAllText(Path.Combine(Path.GetDirectoryName(file)!, "stderr.log")));
    }

    private static string Lines(string word, int to)
    {
        var lines = new StringBuilder();
        for (var i = 1; i <= to; i++) lines.Append(CultureInfo.InvariantCulture, $"{word} {i}\n");
        return lines.ToString();
    }
}
