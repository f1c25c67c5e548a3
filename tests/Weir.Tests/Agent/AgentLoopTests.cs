using System.Security.Cryptography;
using System.Text;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Links;
using Weir.Engine.Security;
using static Weir.Tests.Agent.AgentBench;

namespace Weir.Tests.Agent;

public sealed class AgentLoopTests
{
    [Fact]
    public void A_short_step_costs_its_finish_and_nothing_else() => Run(async bench =>
    {
        var outcome = await bench.RunOneAsync(
            Work(("FAKE_LOG_LINES", "3"), ("FAKE_OUTPUT_version", "1.2")) with { Outputs = ["version"] });

        AssertOutcome(RunStatus.Success, ReasonCode.None, outcome);
        Assert.Equal("1.2", outcome.Outputs["version"]);
        Assert.Equal(0, outcome.ExitCode);
        var fence = Assert.Single(bench.Controller.Outcomes).Key;
        Assert.StartsWith(
            "+ do it\nstdout 0000 ", Encoding.UTF8.GetString(bench.Controller.Log(fence)), StringComparison.Ordinal);
        Assert.Equal(outcome.StdoutBytes, bench.Controller.Log(fence).Length);
        Assert.Equal(3 * 64, bench.Controller.Log(fence, LogStream.Stderr).Length);
        Assert.Equal((0, 0, 1),
            (bench.Controller.Count("log"), bench.Controller.Count("report"), bench.Controller.Count("finish")));
        var command = Assert.Single(outcome.Commands);
        Assert.Equal(("do it", 0, outcome.StdoutBytes), (command.Text, command.ExitCode, command.StdoutTo));
    });

    [Fact]
    public void A_chain_on_one_slot_needs_one_round_trip_a_step() => Run(async bench =>
    {
        var fences = Enumerable.Range(0, 20).Select(i => bench.Controller.Enqueue($"step-{i}", Work())).ToList();
        bench.Start();
        await bench.OutcomeAsync(fences[^1]);

        Assert.Equal(20, bench.Controller.Count("finish"));
        Assert.Single(bench.Controller.Claims, claim => claim.Nonce.Number <= 20);
    });

    [Fact]
    public void A_claim_whose_answer_was_lost_is_asked_again_by_the_same_nonce() => Run(async bench =>
    {
        var lost = 0;
        bench.Controller.Line = kind => kind == "claim" && lost++ == 0 ? Fate.AnswerLost : Fate.Arrives;
        var outcome = await bench.RunOneAsync(Work());

        AssertOutcome(RunStatus.Success, ReasonCode.None, outcome);
        Assert.Equal(bench.Controller.Claims[0].Nonce, bench.Controller.Claims[1].Nonce);
        Assert.Empty(bench.Controller.GivenBack);
    });

    [Fact]
    public void A_finish_whose_answer_was_lost_is_sent_again_and_brings_what_the_first_did() => Run(async bench =>
    {
        var lost = 0;
        bench.Controller.Line = kind => kind == "finish" && lost++ < 2 ? Fate.AnswerLost : Fate.Arrives;
        var first = bench.Controller.Enqueue("one", Work());
        var second = bench.Controller.Enqueue("two", Work());
        bench.Start();

        AssertOutcome(RunStatus.Success, ReasonCode.None, await bench.OutcomeAsync(first));
        AssertOutcome(RunStatus.Success, ReasonCode.None, await bench.OutcomeAsync(second));
    });

    [Fact]
    public void As_many_attempts_run_at_once_as_there_are_slots() => Run(async bench =>
    {
        bench.Options = bench.Options with { Slots = 3 };
        var fences =
            Enumerable.Range(0, 5).Select(i => bench.Controller.Enqueue($"s{i}", Work(("FAKE_SLEEP", "10s")))).ToList();
        bench.Start();
        await bench.UntilAsync(() => bench.Machine.Running.Count == 3);
        await bench.SleepAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(3, bench.Machine.Running.Count);
        foreach (var fence in fences) await bench.OutcomeAsync(fence);

        Assert.True(
            bench.Time.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) < TimeSpan.FromSeconds(22));
    });

    [Fact]
    public void Work_is_claimed_at_once_when_the_channel_says_so() => Run(async bench =>
    {
        var lost = 0;
        bench.Controller.Line = kind => kind == "claim" && lost++ < 12 ? Fate.RequestLost : Fate.Arrives;
        bench.Start();
        await bench.UntilAsync(() => lost == 12);
        var fence = bench.Controller.Enqueue("one", Work());
        bench.Controller.Say(ChannelMessageKind.Work);

        await bench.OutcomeAsync(fence, TimeSpan.FromMilliseconds(100));
    });

    [Fact]
    public void A_drained_agent_finishes_what_it_has_and_gives_back_what_a_claim_still_brings() => Run(async bench =>
    {
        bench.Options = bench.Options with { Slots = 2 };
        var claims = 0;
        bench.Controller.Line = kind => kind == "claim" && claims++ > 0 ? Fate.AnswerLost : Fate.Arrives;
        var fence = bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "20s")));
        bench.Start();
        await bench.UntilAsync(() => claims == 2);
        var late = bench.Controller.Enqueue("late", Work());
        await bench.UntilAsync(() => bench.Controller.Held.Contains(late));
        await bench.DrainAsync();

        AssertOutcome(RunStatus.Success, ReasonCode.None, bench.Controller.Outcomes[fence]);
        Assert.Equal([late], bench.Controller.GivenBack);
        Assert.Empty(bench.Controller.Held);
    });

    [Fact]
    public void An_agent_that_the_controller_drains_leaves_when_its_work_is_done() => Run(async bench =>
    {
        var fence = bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "1m")));
        bench.Start();
        await bench.UntilAsync(() => bench.Machine.Running.Count == 1);
        bench.Controller.Drain = true;
        bench.Controller.Say(ChannelMessageKind.Drain);
        await bench.Life;

        AssertOutcome(RunStatus.Success, ReasonCode.None, bench.Controller.Outcomes[fence]);
    });

    [Fact]
    public void A_refused_agent_ends_with_the_reason() => Run(async bench =>
    {
        bench.Start();
        await bench.SleepAsync(TimeSpan.FromSeconds(1));
        bench.Controller.Refusal =
            new LinkException("this agent was revoked") { Permanent = true, Code = "agent.revoked" };

        var refusal = await Assert.ThrowsAsync<LinkException>(() => bench.Life);
        Assert.Equal("this agent was revoked", refusal.Message);
    });

    [Fact]
    public void Sealed_values_reach_the_step_and_win_over_its_own_environment() => Run(async bench =>
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        bench.Key = key;
        var values = new SealedValues(new Dictionary<string, string> { ["FAKE_OUTPUT_a"] = "sealed" });
        var fence = new AttemptFence("01run", "one", 1, 1);
        bench.Controller.Enqueue(
            "one", Work(("FAKE_OUTPUT_a", "own")) with { Outputs = ["a"] },
            sealedTo: values.Seal(key.ExportSubjectPublicKeyInfo(), fence));
        bench.Start();

        // as long as the sealed value, which is masked in all that leaves the agent
        Assert.Equal("******", (await bench.OutcomeAsync(fence)).Outputs["a"]);
    });

    [Fact]
    public void Values_sealed_to_another_key_fail_the_step_as_infrastructure() => Run(async bench =>
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var fence = bench.Controller.Enqueue("one", Work(), sealedTo: "AQQ=");
        bench.Key = key;
        bench.Start();

        AssertOutcome(RunStatus.Failed, ReasonCode.Infrastructure, await bench.OutcomeAsync(fence));
    });

    private static void Run(Func<AgentBench, Task> test)
    {
        using var bench = new AgentBench();
        bench.Run(() => test(bench));
    }
}
