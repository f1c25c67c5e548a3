using Weir.Cli.Hosting;
using Weir.Contracts.Statuses;
using Weir.Testing;

namespace Weir.Tests.EndToEnd;

public sealed class StubbornStepTests
{
    [Fact]
    public async Task A_step_that_ignores_SIGTERM_is_killed_after_its_grace_with_all_it_started()
    {
        await using var pair = await WeirPair.StartAsync();
        var marks = pair.Weir.OpenFolder("marks");
        var run = await pair.StartRunAsync($$"""
            name: stubborn
            runtime: process
            steps:
              - name: a
                env: { MARKS: '{{marks}}' }
                commands:
                  - 'trap "echo refused" TERM; setsid sh -c "trap : TERM; echo \$\$ > $MARKS/pid.new; mv $MARKS/pid.new $MARKS/pid; while :; do sleep 1; done" &'
                  - 'while :; do sleep 1; done'
              - { name: tidy, when: always(), commands: ['echo tidied'] }
            """);
        var mark = Path.Combine(marks, "pid");
        await Eventually.HoldsAsync(() => File.Exists(mark), "the step runs");
        var process = int.Parse(await File.ReadAllTextAsync(mark), System.Globalization.CultureInfo.InvariantCulture);
        var start = ProcessTable.StartOf(process)!.Value;
        var cancelled = await pair.Weir.RunAsync("run", "cancel", run.Handle);
        Assert.True(cancelled.Code == 0, cancelled.Error);
        Assert.True(ProcessTable.IsAlive(process, start));

        var ended = await pair.EndAsync(run);
        Assert.Equal(RunStatus.Cancelled, ended.Status);
        Assert.Equal([RunStatus.Cancelled, RunStatus.Success], ended.Steps!.Select(step => step.Status));
        Assert.False(ProcessTable.IsAlive(process, start));
        Assert.Contains("refused", await File.ReadAllTextAsync(pair.StdoutFile(ended, "a")), StringComparison.Ordinal);
    }
}
