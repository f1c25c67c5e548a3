namespace Weir.Tests.EndToEnd;

/// <summary>Taking runs up again from the command line.</summary>
public sealed class RetryCommandTests
{
    [Fact]
    public async Task A_run_is_taken_up_from_a_step_and_many_by_a_selector()
    {
        await using var weir = new WeirProcess();
        var outside = weir.OpenFolder("outside");
        weir.Write("f.yml", $$"""
            name: flaky
            runtime: process
            steps:
              - { name: build, commands: ['echo built'] }
              - { name: test, commands: ['echo tested', 'test -e {{outside}}/fixed'] }
            """);
        await weir.UpAsync();
        for (var i = 0; i < 3; i++)
            Assert.Equal(3, (await weir.RunAsync("run", "start", "--file", "f.yml", "--exit-status")).Code);
        await File.WriteAllTextAsync(Path.Combine(outside, "fixed"), "", TestContext.Current.CancellationToken);

        var one = await weir.RunAsync("run", "retry", "@latest", "--from", "test", "--follow", "--exit-status");
        Assert.True(one.Code == 0, one.Output + one.Error);
        Assert.Contains("test  │ tested\n", one.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("│ built", one.Output, StringComparison.Ordinal);

        var dry = await weir.RunAsync(
            "run", "retry", "--selector", "status=failed,flow=flaky", "--since", "1h", "--dry-run");
        Assert.Contains("2 runs would be retried", dry.Error, StringComparison.Ordinal);
        Assert.Contains("flaky#2  failed", dry.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("flaky#3", dry.Output, StringComparison.Ordinal);
        var many = await weir.RunAsync("run", "retry", "--selector", "flow=flaky");
        Assert.Contains("2 of 2 runs were retried", many.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await weir.RunAsync("run", "retry", "flaky#3", "--from", "build", "--exit-status")).Code);
        Assert.Equal(6, (await weir.RunAsync("run", "retry", "flaky#3")).Code);
        Assert.Equal(2, (await weir.RunAsync("run", "cancel", "--selector", "state=failed")).Code);
        Assert.Equal(2, (await weir.RunAsync("run", "retry", "flaky#3", "--dry-run")).Code);
    }
}
