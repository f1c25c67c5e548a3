using Weir.Agent.Folders;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using static Weir.Tests.Agent.AgentBench;

namespace Weir.Tests.Agent;

public sealed class StepOutcomeTests
{
    [Fact]
    public void An_exit_code_fails_the_step_and_is_told() => Run(async bench =>
    {
        var outcome = await bench.RunOneAsync(Work(("FAKE_EXIT_CODE", "3")));

        AssertOutcome(RunStatus.Failed, ReasonCode.Exit, outcome);
        Assert.Equal(3, outcome.ExitCode);
    });

    [Fact]
    public void The_first_failing_command_is_the_last_one_told() => Run(async bench =>
    {
        var outcome = await bench.RunOneAsync(Work() with { Commands = ["first", "exit 4", "never"] });

        Assert.Equal(["first:0", "exit 4:4"], outcome.Commands.Select(command => $"{command.Text}:{command.ExitCode}"));
        Assert.Equal(outcome.Commands[0].StdoutTo, outcome.Commands[1].StdoutFrom);
    });

    [Fact]
    public void A_step_over_its_time_limit_is_stopped_and_fails_by_timeout() => Run(async bench =>
    {
        var outcome = await bench.RunOneAsync(Work(("FAKE_SLEEP", "30m")) with { TimeoutMilliseconds = 90_000 });

        AssertOutcome(RunStatus.Failed, ReasonCode.Timeout, outcome);
        Assert.Equal("the step did not end within 90 s", outcome.Message);
        Assert.NotNull(Assert.Single(outcome.Commands).Ended);
        Assert.Equal(90, bench.Time.GetElapsedTime(0).TotalSeconds, tolerance: 1);
    });

    [Fact]
    public void A_vanished_step_is_no_failure_of_the_users() => Run(async bench =>
        AssertOutcome(
            RunStatus.Failed, ReasonCode.Infrastructure, await bench.RunOneAsync(Work(("FAKE_LOST", "true")))));

    [Fact]
    public void A_step_killed_for_memory_says_so() => Run(async bench =>
    {
        var outcome = await bench.RunOneAsync(Work(("FAKE_OOM", "true")));

        AssertOutcome(RunStatus.Failed, ReasonCode.Exit, outcome);
        Assert.Contains("memory", outcome.Message, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("10m", "the step took 3.0 MiB of disk; it may take 2.0 MiB", 1)]
    [InlineData("0s", "the step took 3.0 MiB of disk; it may take 2.0 MiB", 0)]
    public void A_step_over_its_disk_is_ended_and_says_so(string sleep, string message, int seconds) =>
        Run(async bench =>
    {
        var work = Work(("FAKE_SLEEP", sleep), ("FAKE_DISK", "3145728"));
        var outcome = await bench.RunOneAsync(work with { Limits = new() { DiskBytes = 2 << 20 } });

        AssertOutcome(RunStatus.Failed, ReasonCode.Disk, outcome);
        Assert.Equal(message, outcome.Message);
        Assert.Equal(seconds, bench.Time.GetElapsedTime(0).TotalSeconds, tolerance: 1);
    });

    [Fact]
    public void A_step_within_its_disk_is_let_be() => Run(async bench =>
    {
        var work = Work(("FAKE_SLEEP", "1m"), ("FAKE_DISK", "3145728"));
        var outcome = await bench.RunOneAsync(work with { Limits = new() { DiskBytes = 3 << 20 } });

        AssertOutcome(RunStatus.Success, ReasonCode.None, outcome);
    });

    [Theory]
    [InlineData("user", ReasonCode.Exit)]
    [InlineData("infrastructure", ReasonCode.Infrastructure)]
    public void A_container_that_cannot_be_made_is_blamed_on_whom_the_runtime_says(string fault, ReasonCode reason) =>
        Run(async bench =>
        AssertOutcome(RunStatus.Failed, reason, await bench.RunOneAsync(Work(("FAKE_CREATE_ERROR", fault)))));

    [Fact]
    public void A_runtime_that_the_agent_lacks_is_refused_by_policy() => Run(async bench =>
    {
        var outcome = await bench.RunOneAsync(Work() with { Runtime = "docker" });

        AssertOutcome(RunStatus.Failed, ReasonCode.Policy, outcome);
        Assert.Equal("this agent has no runtime 'docker'; it has fake", outcome.Message);
    });

    [Fact]
    public void A_kind_of_step_that_the_agent_does_not_know_is_refused_by_policy() => Run(async bench =>
        AssertOutcome(RunStatus.Failed, ReasonCode.Policy, await bench.RunOneAsync(Work() with { Kind = "dance" })));

    [Fact]
    public void Bad_output_lines_are_told_and_the_good_ones_kept() => Run(async bench =>
    {
        var work = Work(("FAKE_OUTPUT_a", "1=2"), ("FAKE_OUTPUT_b", "x")) with { Outputs = ["a"] };
        var outcome = await bench.RunOneAsync(work);

        AssertOutcome(RunStatus.Success, ReasonCode.None, outcome);
        Assert.Equal("1=2", Assert.Single(outcome.Outputs).Value);
        Assert.Equal("output 'b' (line 2) is not declared", outcome.Message);
    });

    [Fact]
    public void An_output_file_that_is_too_large_fails_the_step() => Run(async bench =>
    {
        var outcome =
            await bench.RunOneAsync(Work(("FAKE_OUTPUT_a", new string('x', 70_000))) with { Outputs = ["a"] });

        AssertOutcome(RunStatus.Failed, ReasonCode.Artifact, outcome);
        Assert.Contains("larger than 65536 bytes", outcome.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void A_missing_workspace_is_infrastructure() => Run(async bench =>
    {
        var outcome =
            await bench.RunOneAsync(Work() with { Workspace = new WorkspaceSource("before", 1, "other", null) });

        AssertOutcome(RunStatus.Failed, ReasonCode.Infrastructure, outcome);
        Assert.Contains("'before' left is gone", outcome.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void A_required_resource_that_nobody_left_fails_the_step() => Run(async bench =>
    {
        var outcome =
            await bench.RunOneAsync(Work() with { Resources = [new ResourceWork("deps", "deps", null, true)] });

        AssertOutcome(RunStatus.Failed, ReasonCode.Artifact, outcome);
    });

    [Fact]
    public void A_blob_that_the_controller_does_not_have_is_infrastructure() => Run(async bench =>
    {
        var digest = "sha256:" + new string('a', 64);
        var outcome =
            await bench.RunOneAsync(Work() with { Resources = [new ResourceWork("deps", "deps", digest, true)] });

        AssertOutcome(RunStatus.Failed, ReasonCode.Infrastructure, outcome);
    });

    [Fact]
    public void Artifacts_are_stored_once_however_often_they_are_handed_over() => Run(async bench =>
    {
        var work = Work() with { Artifacts = [new ArtifactWork("report", "out/", true)], UploadWorkspace = true };
        var failed = 0;
        bench.Controller.Line = kind => kind == "blob" && failed++ < 3 ? Fate.AnswerLost : Fate.Arrives;
        var outcome = await bench.RunOneAsync(work);

        AssertOutcome(RunStatus.Success, ReasonCode.None, outcome);
        Assert.Contains(Assert.Single(outcome.Artifacts).Digest, bench.Controller.Blobs.Keys);
        Assert.Contains(outcome.WorkspaceDigest!, bench.Controller.Blobs.Keys);
        Assert.Equal(2, bench.Controller.Blobs.Count);
    });

    [Fact]
    public void A_full_disk_at_the_start_is_infrastructure_and_the_agent_goes_on() => Run(async bench =>
    {
        var full = new FullDirectory(bench.Memory);
        bench.Directories = () => full;
        var outcome = await bench.RunOneAsync(Work());
        AssertOutcome(RunStatus.Failed, ReasonCode.Infrastructure, outcome);
        Assert.Contains("No space left", outcome.Message, StringComparison.Ordinal);

        full.IsFull = false;
        AssertOutcome(RunStatus.Success, ReasonCode.None, await bench.RunOneAsync(Work(), "next"));
    });

    [Fact]
    public void An_abort_kills_the_work_and_tells_of_it() => Run(async bench =>
    {
        var fence = bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "30m"), ("FAKE_IGNORE_TERM", "true")));
        bench.Start();
        await bench.UntilAsync(() => bench.Machine.Running.Count == 1);
        await bench.AbortAsync();

        Assert.Empty(bench.Machine.Running);
        AssertOutcome(RunStatus.Failed, ReasonCode.Infrastructure, bench.Controller.Outcomes[fence]);
    });

    [Fact]
    public void An_abort_does_not_wait_for_a_controller_that_is_away() => Run(async bench =>
    {
        bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "30m")));
        bench.Start();
        await bench.UntilAsync(() => bench.Machine.Running.Count == 1);
        bench.Controller.Away = true;
        var start = bench.Time.GetTimestamp();
        await bench.AbortAsync();

        Assert.InRange(bench.Time.GetElapsedTime(start).TotalSeconds, 0, 2.1);
        Assert.Empty(bench.Machine.Running);
    });

    private static void Run(Func<AgentBench, Task> test)
    {
        using var bench = new AgentBench();
        bench.Run(() => test(bench));
    }

    private sealed class FullDirectory(AgentDirectory inner) : AgentDirectory
    {
        public override DiskRoom? Room => null;

        public bool IsFull { get; set; } = true;

        public override DateTimeOffset? LastRenewal
        {
            get => inner.LastRenewal;
            set => inner.LastRenewal = IsFull ? throw new IOException("No space left on device") : value;
        }

        public override long BeginGeneration() => inner.BeginGeneration();

        public override IReadOnlyList<AttemptFolder> Attempts() => inner.Attempts();

        public override AttemptFolder Begin(AttemptRecord record) =>
            IsFull ? throw new IOException("No space left on device") : inner.Begin(record);

        public override void Tidy() => throw new IOException("No space left on device");
    }
}
