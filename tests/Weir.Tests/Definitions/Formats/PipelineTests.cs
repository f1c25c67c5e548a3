using System.Text.Json;
using Weir.Engine.Definitions;
using Weir.Engine.Planning;

namespace Weir.Tests.Definitions.Formats;

public sealed class PipelineTests
{
    private const string Odd =
        """
        nosana: { description: Odd, wallet: abc }
        global:
          image: node:22
          image-pull-secret: { url: r.example, username: u, password: { type: nosana/secret, value: K } }
          trigger: { branch: [main] }
          environment: { CI: true, BAD-NAME: 1, KEY: { type: nosana/secret, endpoint: https://e.example, value: my-key } }
          allow_failure: true
        jobs:
          - name: test
            commands:
              - echo one: two # three
              - { cmd: make all, working_dir: sub, allow_failure: true }
              -
              - [a, b]
              - echo ${{ x }}
              - cat a | sort
            artifacts: [dist, { paths: ["a/*.js", b.txt], name: two words, required: true }]
            volumes: [x]
          - name: test
            allow_failure: false
            work-dir: web
            commands: [echo a]
            resources: [dist, { name: two words, path: in }, { name: checkout, path: /root }, nothing]
            trigger: { push: { branches: [main, "rel/*"], tags: ["*"] }, pull_request: { branches: [a*b] } }
        other: 1
        """;

    [Fact]
    public void Everything_without_effect_is_told_with_its_place() => FlowText.HasProblems(
        Odd,
        """
        1:29: warning: nosana.wallet: `wallet` has no effect: it is for the dashboard and the network of Nosana only
        4:24: warning: global.image-pull-secret.url: `url` has no effect: the registry is that of the image
        5:3: warning: global.trigger: `trigger` has no effect yet: what starts the flow decides, not the flow
        6:28: warning: global.environment.BAD-NAME: `BAD-NAME` is no name of an environment variable: letters,
            digits and `_`, no digit first: no effect
        6:69: warning: global.environment.KEY.endpoint: `endpoint` has no effect: secrets come from this
            controller's own vault
        6:105: warning: global.environment.KEY: the secret `my-key` is read under the name `my_key`
        11:9: warning: jobs[0].commands[0]: YAML reads this command as a map because of its `: `: put it in quotes
        13:8: warning: jobs[0].commands[2]: the command is empty: no effect
        14:9: warning: jobs[0].commands[3]: a list of commands within the list: taken as commands of the job
        17:17: warning: jobs[0].artifacts[0]: `dist` stands alone: taken as `name: dist`
        18:5: warning: jobs[0].volumes: unknown key `volumes` has no effect
        19:11: warning: jobs[1].name: the name `test` is taken: the step is named `test-2`
        23:17: warning: jobs[1].resources[0]: `dist` stands alone: taken as `name: dist`
        23:54: warning: jobs[1].resources[2]: every job begins with the checkout: no effect
        23:87: warning: jobs[1].resources[3]: `nothing` stands alone: taken as `name: nothing`
        23:87: warning: jobs[1].resources[3]: nothing earlier keeps an artifact named `nothing`: no effect
        24:80: warning: jobs[1].trigger: `a*b`: a pattern has `*` at its ends only; taken as `*`
        25:1: warning: other: unknown key `other` has no effect: known are nosana, global, jobs
        """);

    [Fact]
    public void Oddities_read_as_they_were_meant()
    {
        var flow = FlowText.Good(Odd, "web/.nosana-ci.yml");
        Assert.Equal(("nosana-ci", "Odd"), (flow.Name, flow.Description));
        Assert.Equal(["my_key"], flow.Secrets);
        var first = flow.Steps[0];
        Assert.Equal(
            [
                "if (set -o pipefail) 2> /dev/null; then set -o pipefail; fi", "export KEY=\"$my_key\"",
                "echo one: two", "( cd -- \"$NOS_WORKING_DIR_2\" && eval \"$NOS_COMMAND_2\" ) || true", "a", "b",
                "eval \"$NOS_COMMAND_5\"", "cat a | sort",
            ],
            first.Commands);
        Assert.Equal(
            ("make all", "sub", "echo $${{ x }}"),
            (first.Env["NOS_COMMAND_2"], first.Env["NOS_WORKING_DIR_2"], first.Env["NOS_COMMAND_5"]));
        Assert.Equal(
            [
                new("dist", "project/dist", false), new("two-words", "project/a/*.js", true),
                new ArtifactDefinition("two-words-2", "project/b.txt", true),
            ],
            first.Artifacts);
        Assert.True(first.AllowFailure);

        var second = flow.Steps[1];
        Assert.Equal(("test-2", "test", false), (second.Name, second.Title, second.AllowFailure));
        Assert.Equal(
            ["project/web/dist", "project/web/in/a", "project/web/in"], second.Resources.Select(r => r.Path));
        Assert.Null(second.When);
        Corpus.AssertRoundTrip(Odd, ".nosana-ci.yml");
    }

    [Fact]
    public void Repository_and_commit_reach_the_checkout_as_variables_only()
    {
        var flow = FlowText.Good("jobs: [{ name: a, image: b, commands: c }]");
        var given = new Dictionary<string, JsonElement>
        {
            ["repository"] = JsonSerializer.SerializeToElement("/r; id"), ["commit"] = JsonSerializer.SerializeToElement("c"),
        };
        var steps = Planner.Plan(flow, new PlanInputs { Params = given }).Plan!.Steps;
        Assert.Equal("${{ params.repository }}", steps[0].Env["WEIR_SOURCE_GIT"]);
        Assert.Equal("${{ params.commit }}", steps[0].Env["WEIR_SOURCE_REF"]);
        Assert.Equal("project", steps[0].Env["WEIR_SOURCE_PATH"]);
        Assert.Equal("mkdir -p -- \"$WEIR_SOURCE_PATH\" && cd -- \"$WEIR_SOURCE_PATH\"", steps[0].Commands[0]);
        Assert.Equal(("checkout", "project"), (steps[1].WorkspaceFrom, steps[1].Workdir));
        Assert.Equal("${{ steps.checkout.outputs.commit }}", steps[1].Env["NOS_COMMIT_SHA"]);
    }

    [Theory]
    [InlineData("  global:\n    image: a\n  jobs:\n    - name: x\n      commands: [y]\n")]
    [InlineData("jobs:\n\t- name: x\n\t  image: a\n\t  commands:\n\t\t  - y\n")]
    [InlineData("{\"jobs\": [{\"name\": \"x\", \"image\": \"a\", \"commands\": [\"y\"]}]}")]
    public void Layouts_that_people_use_are_read(string text) =>
        Assert.Equal(["y"], Assert.Single(FlowText.Good(text).Steps).Commands);

    [Fact]
    public void Columns_of_lines_with_tabs_are_those_of_the_file() => FlowText.HasProblems(
        "jobs:\n\t- name: x\n\t  image: a\n\t  odd: 1\n\t  commands:\n\t\t  - y\n",
        """
        2:1: warning: a tab indents this line, which YAML forbids: taken as 2 spaces
        4:4: warning: jobs[0].odd: unknown key `odd` has no effect
        """);

    [Fact]
    public void A_command_that_names_the_old_folder_is_told() => FlowText.HasProblems(
        "jobs: [{ name: a, image: b, commands: [cp x /root/project/y] }]",
        "1:40: warning: jobs[0].commands[0]: `/root/project` is the folder to begin in: leave it out here");

    [Theory]
    [InlineData("jobs: []", "1:7: jobs: the file has no jobs")]
    [InlineData("jobs: [{ name: a, image: b }]", "1:8: jobs[0]: the job has no commands")]
    public void A_file_that_does_nothing_is_wrong(string text, string problem) =>
        Assert.Contains(problem, FlowText.Problems(text), StringComparison.Ordinal);
}
