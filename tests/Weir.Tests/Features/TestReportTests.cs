using Weir.Cli.Following;
using Weir.Contracts.Statuses;
using Weir.Tests.Vault;

namespace Weir.Tests.Features;

public sealed class TestReportTests
{
    [Fact]
    public async Task A_failed_step_tells_its_tests_and_no_secret_in_them()
    {
        await using var rig = await SecretRig.StartAsync();
        await rig.Controller.Admin.Secrets.SetAsync("TOKEN", "hunter22!");
        var run = await rig.RunAsync("""
            name: tests
            steps:
              - name: test
                secrets: [TOKEN]
                reports: { junit: "out/**/*.xml" }
                commands:
                  - mkdir -p out/deep && ln -s /etc/passwd out/link.xml && echo nonsense > out/bad.xml
                  - >-
                    printf '<testsuite name="s"><testcase name="t"/><testcase name="u|v"><failure message="got %s"/>
                    </testcase></testsuite>' "$TOKEN" > out/deep/a.xml
                  - exit 1
            """);

        var step = run.Steps![0];
        Assert.Equal((RunStatus.Failed, ReasonCode.Exit), (step.Status, step.Reason));
        Assert.Equal((2, 1, 0), (step.Tests!.Tests, step.Tests.Failures, step.Tests.Errors));
        Assert.Equal("got *********", Assert.Single(step.Tests.Failed).Message);
        Assert.StartsWith("bad.xml: ", Assert.Single(step.Tests.Problems), StringComparison.Ordinal);
        var summary = string.Join('\n', RunSummary.Lines(run, run.Ended!.Value));
        Assert.Contains("| test | 2 | 1 | 0 |", summary, StringComparison.Ordinal);
        Assert.Contains(@"- s **u\|v**: got \*\*\*\*\*\*\*\*\*", summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_without_reports_has_no_tests()
    {
        await using var rig = await SecretRig.StartAsync();
        var run = await rig.RunAsync(
            "{ name: none, steps: [{ name: test, reports: { junit: out }, commands: ['true'] }] }");
        Assert.Equal((RunStatus.Success, null), (run.Status, run.Steps![0].Tests));
    }
}
