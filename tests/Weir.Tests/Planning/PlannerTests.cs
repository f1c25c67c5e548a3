using System.Text.Json;
using Weir.Contracts.Flows;
using Weir.Engine.Planning;
using Weir.Tests.Definitions;
using Weir.Tests.Expressions;

namespace Weir.Tests.Planning;

public sealed class PlannerTests
{
    private const string Params =
        """
        name: a
        params:
          text: hello
          number: { type: number, default: 1 }
          flag: { type: boolean }
          level: { choices: [low, high], default: low }
          must: { required: true }
        steps: [{commands: x}]
        """;

    [Fact]
    public void Gives_parameters_their_defaults_and_types()
    {
        var result = Plan(Params, """{"must":"m","number":"2.50","flag":"true"}""");
        Assert.Empty(result.Problems);
        Assert.Equal(
            ["flag=true", "level=\"low\"", "must=\"m\"", "number=2.50", "text=\"hello\""],
            result.Params.Select(p => $"{p.Key}={p.Value.GetRawText()}"));
        var numbers = Plan(Params, """{"must":5,"text":7}""").Params;
        Assert.Equal(("5", "7"), (numbers["must"].GetString(), numbers["text"].GetString()));
        Assert.DoesNotContain("flag", Plan(Params, """{"must":"m","flag":null}""").Params.Keys);
    }

    [Fact]
    public void Says_everything_that_is_wrong_with_parameters()
    {
        var result = Plan(Params, """{"txt":"x","number":"two","flag":"yes","level":"mid","text":[1]}""");
        Assert.Null(result.Plan);
        Assert.Equal(
            [
                "params.txt: the flow has no parameter `txt`: did you mean `text`?",
                "params.text: expected a string, found a list",
                "params.number: expected a number, found `two`",
                "params.flag: expected true or false, found `yes`",
                "params.level: expected one of low, high, found `mid`",
                "params.must: the parameter `must` needs a value",
            ],
            result.Problems.Select(p => p.ToString()));
    }

    [Fact]
    public void Steps_inherit_from_the_flow()
    {
        var plan = Plan(
            """
            name: a
            title: A
            image: base:1
            env: { A: flow, B: "${{ params.x }}" }
            params: { x: 1 }
            timeout: 3h
            queue_timeout: 5m
            disconnect: 1m
            runtime: docker
            secrets: [ONE]
            steps:
              - { commands: x }
              - commands: x
                image: own:2
                env: { A: step, C: c }
                timeout: 5m
                disconnect: 0s
                runtime: fake
                secrets: [TWO, ONE]
                when: " "
            """).Plan!;
        Assert.Equal((Weir.Engine.Planning.Plan.CurrentSchema, "a", "A"), (plan.Schema, plan.Flow, plan.Title));
        Assert.Equal((TimeSpan.FromHours(3), TimeSpan.FromMinutes(5)), (plan.Timeout, plan.QueueTimeout));
        Assert.Equal(
            ["base:1 docker 00:01:00 01:00:00", "own:2 fake 00:00:00 00:05:00"],
            plan.Steps.Select(s => $"{s.Image} {s.Runtime} {s.Disconnect} {s.Timeout}"));
        Assert.Equal(["A=step", "B=${{ params.x }}", "C=c"], plan.Steps[1].Env.Select(e => $"{e.Key}={e.Value}"));
        Assert.Equal(["ONE", "TWO"], plan.Steps[1].Secrets);
        Assert.Null(plan.Steps[1].When);
    }

    [Fact]
    public void A_step_says_when_to_pull_or_the_flow_does_or_nobody()
    {
        var steps = "steps: [{commands: x, pull: always}, {commands: x, pull: if-missing}, {commands: x}]";
        PullPolicy?[] said = [PullPolicy.Always, PullPolicy.IfMissing, PullPolicy.Never];
        Assert.Equal(said, PullsOf($"name: a\npull: never\n{steps}"));
        Assert.Null(PullsOf($"name: a\n{steps}").Last());

        static IEnumerable<PullPolicy?> PullsOf(string text) =>
            Planner.Plan(FlowText.Good(text), new PlanInputs()).Plan!.Steps.Select(step => step.Pull);
    }

    [Fact]
    public void A_run_may_force_the_runtime()
    {
        var flow = FlowText.Good("name: a\nsource: x\nruntime: docker\nsteps: [{commands: x, runtime: docker}]");
        var plan = Planner.Plan(flow, new PlanInputs { Runtime = "fake" }).Plan!;
        Assert.All(plan.Steps, step => Assert.Equal("fake", step.Runtime));
    }

    [Theory]
    [InlineData("[{n: a}, {n: b}, {n: c}]", "a:- b:a c:b")]
    [InlineData(
        "[{n: a}, {n: b, needs: []}, {n: c, needs: [a]}, {n: d, needs: [b, c]}, {n: e}]",
        "a:- b:- c:a d:- e:d")]
    public void Workspaces_follow_needs(string steps, string expected)
    {
        Assert.Equal(expected, Workspaces("", steps));
        Assert.Equal("checkout:- " + expected.Replace(":-", ":checkout"), Workspaces("source: r\n", steps));
    }

    [Fact]
    public void With_a_source_nothing_runs_before_the_checkout()
    {
        const string steps = "[{commands: x}, {commands: x, needs: []}, {commands: x, needs: [step-2]}]";
        var plan = Plan($"name: a\nsource: r\nsteps: {steps}").Plan!;
        Assert.Equal(
            [null, null, "checkout", "step-2"],
            plan.Steps.Select(s => s.Needs is { } needs ? string.Join(",", needs) : null));
    }

    [Fact]
    public void Values_of_the_source_reach_git_as_variables_only()
    {
        var checkout = Plan(
            """
            name: a
            params: { r: main }
            source: { git: "https://h/$(x).git", ref: "${{ params.r }}", depth: 5 }
            steps: [{commands: x}]
            """).Plan!.Steps[0];
        Assert.Equal(
            ("https://h/$(x).git", "${{ params.r }}", "5"),
            (checkout.Env["WEIR_SOURCE_GIT"], checkout.Env["WEIR_SOURCE_REF"], checkout.Env["WEIR_SOURCE_DEPTH"]));
        Assert.DoesNotContain(checkout.Commands, c => c.Contains("https://") || c.Contains("${{"));
        Assert.Equal(["commit"], checkout.Outputs);
    }

    [Fact]
    public void Resources_come_from_the_nearest_step_that_is_over()
    {
        var plan = Plan(
            """
            name: a
            steps:
              - { name: one, commands: x, artifacts: [deps, { name: "log-${{ run.id }}", path: log }] }
              - { name: two, commands: x, needs: [one], artifacts: [deps] }
              - { name: aside, commands: x, needs: [one], artifacts: [deps] }
              - name: last
                commands: x
                needs: [two]
                resources: [deps, { name: cache, path: c, required: false }, "log-${{ run.id }}"]
            """).Plan!;
        Assert.Equal(
            [
                new("deps", ".", "two", true), new("cache", "c", null, false),
                new PlanResource("log-${{ run.id }}", ".", "one", true),
            ],
            plan.Steps[3].Resources);
    }

    [Fact]
    public void Equal_inputs_give_equal_plans()
    {
        var first = Plan(Params, """{"must":"m","text":"t"}""");
        var second = Plan(Params, """{"text":"t","must":"m"}""");
        Assert.Equal(JsonSerializer.Serialize(first), JsonSerializer.Serialize(second));
    }

    [Fact]
    public void Plans_are_bounded()
    {
        var steps = string.Join(", ", Enumerable.Repeat("{commands: x}", 200));
        var text = $"name: a\nenv: {{ A: {new string('x', 60_000)} }}\nsteps: [{steps}]";
        Assert.Equal(
            "the plan is larger than 8 MiB: give large values to steps as files",
            Assert.Single(Plan(text).Problems).Message);
    }

    private static string Workspaces(string source, string steps)
    {
        var plan = Plan($"name: a\n{source}steps: {steps.Replace("n: ", "commands: x, name: ")}").Plan!;
        return string.Join(" ", plan.Steps.Select(s => $"{s.Name}:{s.WorkspaceFrom ?? "-"}"));
    }

    private static PlanResult Plan(string text, string inputs = "{}") =>
        Planner.Plan(FlowText.Good(text), new PlanInputs { Params = ExpressionScopes.Json(inputs) });
}
