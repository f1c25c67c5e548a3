using System.Text.Json;
using Weir.Engine.Definitions;
using Weir.Engine.Planning;

namespace Weir.Tests.Definitions;

public sealed class FlowReaderTests
{
    [Fact]
    public void Reads_a_small_flow()
    {
        var flow = FlowText.Good(
            "name: hello\nsteps:\n  - commands: echo hello\n  - name: bye\n    commands: [echo a, echo b]\n");
        Assert.Equal("hello", flow.Name);
        Assert.Equal(["step-1", "bye"], flow.Steps.Select(s => s.Name));
        Assert.Equal(["echo hello"], flow.Steps[0].Commands);
        Assert.Equal(["echo a", "echo b"], flow.Steps[1].Commands);
        Assert.Null(flow.Steps[1].Needs);
    }

    [Fact]
    public void Reads_every_key_of_a_flow()
    {
        var flow = FlowText.Good(
            """
            name: build
            title: The build
            description: Builds it.
            image: debian:bookworm
            env: { CI: true, N: 1.10, T: "x" }
            params:
              ref: { type: string, default: main, description: What to build }
              count: { type: number, default: 3 }
              fast: { type: boolean, default: true }
              level: { type: choice, choices: [low, high], default: low }
              must: { required: true }
              short: v
              two: 2
              no: false
            source: { git: "https://example.org/r.git", ref: "${{ params.ref }}", depth: 1, image: "git:1" }
            timeout: 2h
            queue_timeout: 10m
            disconnect: 0s
            runtime: process
            secrets: [TOKEN]
            steps: [{ commands: "true" }]
            """);
        Assert.Equal(
            ("The build", "Builds it.", "debian:bookworm", "process"),
            (flow.Title, flow.Description, flow.Image, flow.Runtime));
        Assert.Equal(["CI=true", "N=1.10", "T=x"], flow.Env.Select(e => $"{e.Key}={e.Value}"));
        Assert.Equal(
            "ref:string count:number fast:boolean level:choice must:string short:string two:number no:boolean",
            string.Join(' ', flow.Params.Select(p => $"{p.Name}:{p.Type}")));
        Assert.Equal(
            ["\"main\"", "3", "true", "\"low\"", null, "\"v\"", "2", "false"],
            flow.Params.Select(p => p.Default?.GetRawText()));
        Assert.True(flow.Params[4].Required);
        Assert.Equal(["low", "high"], flow.Params[3].Choices);
        Assert.Equal(
            new SourceDefinition("https://example.org/r.git", "${{ params.ref }}") { Depth = 1, Image = "git:1" },
            flow.Source);
        Assert.Equal(
            (TimeSpan.FromHours(2), TimeSpan.FromMinutes(10), TimeSpan.Zero),
            (flow.Timeout, flow.QueueTimeout, flow.Disconnect));
        Assert.Equal(["TOKEN"], flow.Secrets);
    }

    [Fact]
    public void Reads_every_key_of_a_step()
    {
        var step = FlowText.Good(
            """
            name: build
            steps:
              - { name: a, commands: "true", artifacts: [{ name: deps, path: d }] }
              - name: test
                title: Tests
                image: node:22
                commands: [npm ci, npm test]
                env: { SHA: "${{ trigger.git_sha }}" }
                needs: [a]
                when: "steps.a.status == 'success'"
                resources: [{ name: deps, path: node_modules, required: false }, deps]
                artifacts: [{ name: report, path: out/, required: false }, dist/*.js, .config/]
                outputs: [version]
                retry: { attempts: 4, on: [timeout, infrastructure], backoff: { first: 1s, max: 2m } }
                timeout: 10m
                disconnect: 5m
                limits: { cpu: 0.5, memory: 2GiB, pids: 512, disk: 1.5GiB, network: none }
                labels: { gpu: true, zone: eu }
                allow_failure: true
                workdir: web
                shell: bash
                secrets: [NPM_TOKEN]
                runtime: docker
            """).Steps[1];
        Assert.Equal(
            ("test", "Tests", "node:22", "web", "bash", "docker"),
            (step.Name, step.Title, step.Image, step.Workdir, step.Shell, step.Runtime));
        Assert.Equal(["a"], step.Needs!.Value);
        Assert.Equal("steps.a.status == 'success'", step.When);
        Assert.Equal(
            [new ResourceDefinition("deps", "node_modules", false), new ResourceDefinition("deps", ".", true)],
            step.Resources);
        Assert.Equal(
            [
                new("report", "out/", false), new("dist", "dist/*.js", true),
                new ArtifactDefinition("config", ".config/", true),
            ],
            step.Artifacts);
        Assert.Equal(["version"], step.Outputs);
        Assert.Equal(
            (4, 4, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2)),
            (step.Retry.Attempts, step.Retry.InfrastructureAttempts, step.Retry.BackoffFirst, step.Retry.BackoffMax));
        Assert.Equal([RetryOn.Timeout, RetryOn.Infrastructure], step.Retry.On);
        Assert.Equal((TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(5)), (step.Timeout, step.Disconnect));
        Assert.Equal(
            (0.5, 2L << 30, 512, 3L << 29, "none"),
            (step.Limits.Cpu, step.Limits.MemoryBytes, step.Limits.Pids, step.Limits.DiskBytes, step.Limits.Network));
        Assert.Equal(["gpu=true", "zone=eu"], step.Labels.Select(l => $"{l.Key}={l.Value}"));
        Assert.True(step.AllowFailure);
        Assert.Equal(["NPM_TOKEN"], step.Secrets);
    }

    [Fact]
    public void A_number_of_retries_is_enough()
    {
        var retry = FlowText.Good("name: a\nsteps: [{commands: x, retry: 5}]").Steps[0].Retry;
        Assert.Equal((5, 5), (retry.Attempts, retry.InfrastructureAttempts));
        Assert.Equal([RetryOn.Exit, RetryOn.Timeout, RetryOn.Infrastructure], retry.On);
        Assert.Equal([RetryOn.Infrastructure], FlowText.Good("name: a\nsteps: [{commands: x}]").Steps[0].Retry.On);
    }

    [Fact]
    public void Empty_needs_are_not_the_same_as_none()
    {
        const string text = "name: a\nsteps: [{commands: x}, {commands: x, needs: []}, {commands: x, needs: step-1}]";
        var steps = FlowText.Good(text).Steps;
        Assert.Equal([null, "", "step-1"], steps.Select(s => s.Needs is { } needs ? string.Join(",", needs) : null));
    }

    [Fact]
    public void Anchors_and_merge_keys_work()
    {
        var flow = FlowText.Good(
            """
            name: a
            x-defaults: &defaults { timeout: 5m, env: { A: "1" } }
            x-more: &more { timeout: 9m, allow_failure: true }
            steps:
              - { <<: *defaults, commands: &say [echo] }
              - { <<: [*defaults, *more], timeout: 1m, commands: *say }
            """);
        Assert.Equal(TimeSpan.FromMinutes(5), flow.Steps[0].Timeout);
        Assert.Equal(TimeSpan.FromMinutes(1), flow.Steps[1].Timeout);
        Assert.Equal(["A"], flow.Steps[1].Env.Keys);
        Assert.True(flow.Steps[1].AllowFailure);
        Assert.Equal(["echo"], flow.Steps[1].Commands);
    }

    [Fact]
    public void Block_texts_keep_their_lines()
    {
        var step = FlowText.Good(
            """
            name: a
            steps:
              - commands:
                  - |
                    a
                      b
                  - >
                    c
                    d
                env: {M: "x\ny"}
            """).Steps[0];
        Assert.Equal(["a\n  b\n", "c d\n"], step.Commands);
        Assert.Equal("x\ny", step.Env["M"]);
    }

    [Fact]
    public void Json_is_the_same_tree()
    {
        var yaml = FlowText.Good(
            "name: a\nenv: {N: 1.50, B: true, E: \"😀\"}\nsteps:\n  - commands: [\"a\\tb\"]\n    retry: 2\n");
        var json = FlowText.Good(
            "{\n\t\"name\": \"a\",\n\t\"env\": {\"N\": 1.50, \"B\": true, \"E\": \"\\ud83d\\ude00\"},\r\n"
            + "\t\"steps\": [{\"commands\": [\"a\\tb\"],\t\"retry\": 2}]\n}\n",
            "a.json");
        Assert.Equal(JsonSerializer.Serialize(yaml), JsonSerializer.Serialize(json));
        Assert.Equal("a", FlowText.Good("{name: a, steps: [{commands: x}]}").Name);
        Assert.Equal("a", FlowText.Good("\uFEFF{\"name\": \"a\", \"steps\": [{\"commands\": \"x\"}]}").Name);
    }

    [Fact]
    public void Windows_line_ends_are_no_problem() =>
        Assert.Equal(
            ["echo", "true"],
            FlowText.Good("name: a\r\nsteps:\r\n  - commands:\r\n      - echo\r\n      - true\r\n").Steps[0].Commands);
}
