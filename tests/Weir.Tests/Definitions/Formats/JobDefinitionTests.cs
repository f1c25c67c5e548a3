namespace Weir.Tests.Definitions.Formats;

public sealed class JobDefinitionTests
{
    private const string Whole =
        """
        {
          "version": "0.1", "type": "container",
          "meta": { "trigger": "cli" },
          "global": { "env": { "A": "1" }, "gpu": true, "variables": { "model": "m7" } },
          "ops": [
            { "type": "container/create-volume", "id": "vol", "args": { "name": "v" } },
            { "type": "container/run", "id": "Load_1",
              "args": { "image": "busybox", "cmd": "echo $A | cat", "env": { "ID": "j-%%global.job%%", "M": "%%globals.variables.model%%" },
                        "expose": 80, "gpu": false },
              "execution": { "group": "g" }, "results": { "x": "y" } },
            { "type": "container/run", "id": "side",
              "args": { "image": "busybox", "entrypoint": ["sh", "-c"], "cmd": ["echo '%%global.variables.model%%'", "__remove-if-empty__"],
                        "env": { "__spread__": { "S": "s" } }, "work_dir": "/app" },
              "execution": { "group": "g", "depends_on": ["Load_1"] } },
            { "type": "container/run", "id": "last",
              "args": { "image": "busybox", "cmd": [{ "__spread__": "[\"echo\", \"a b\"]" }], "env": { "__pairs__": [{ "key": "P", "value": "p" }] } } }
          ]
        }
        """;

    [Fact]
    public void Groups_follow_each_other_and_ops_of_a_group_run_side_by_side()
    {
        var flow = FlowText.Good(Whole, "job.json");
        Assert.Equal(["load-1", "side", "last"], flow.Steps.Select(s => s.Name));
        Assert.Equal(["", "load-1", "load-1 side"], flow.Steps.Select(s => string.Join(' ', s.Needs!.Value)));
        Assert.All(flow.Steps, step => Assert.True(step.StartsEmpty));
        Assert.Equal(["", "gpu=true", "gpu=true"], flow.Steps.Select(
            s => string.Join(' ', s.Labels.Select(l => $"{l.Key}={l.Value}"))));
        Corpus.AssertRoundTrip(Whole, "job.json");
    }

    [Fact]
    public void Literals_operators_and_commands_are_written_out()
    {
        var steps = FlowText.Good(Whole).Steps;
        Assert.Equal(["echo $A | cat"], steps[0].Commands);
        Assert.Equal(
            ["A=1", "ID=j-${{ run.id }}", "M=m7", "NOSANA_ID=${{ run.id }}"],
            steps[0].Env.Select(e => $"{e.Key}={e.Value}"));
        Assert.Equal("sh -c 'echo '\"'\"'m7'\"'\"''", steps[1].Commands[1]);
        Assert.Equal(("/app", "s"), (steps[1].Env["NOS_WORK_DIR"], steps[1].Env["S"]));
        Assert.Equal(["echo 'a b'"], steps[2].Commands);
        Assert.Equal("p", steps[2].Env["P"]);
    }

    [Fact]
    public void What_cannot_be_done_yet_is_told() => FlowText.HasProblems(
        Whole,
        """
        3:11: warning: meta: `meta` has no effect: it is for the network of Nosana only
        6:5: warning: ops[0]: volumes have no effect yet: each op has a workspace of its own
        9:27: warning: ops[1].args.expose: `expose` has no effect yet
        10:49: warning: ops[1].results: `results` has no effect yet: read the log
        14:51: warning: ops[2].execution.depends_on: waits until `Load_1` has ended, not until it runs
        """);

    [Theory]
    [InlineData("\"imgae\": \"b\"", "unknown key `imgae`: did you mean `image`?")]
    [InlineData("\"image\": \"b\"", "the op needs `cmd`")]
    [InlineData("\"image\": \"b\", \"cmd\": \"x\", \"required_vram\": 1", "unknown key `required_vram`")]
    [InlineData("\"image\": \"b\", \"cmd\": \"x\", \"env\": {\"N\": 1}", "expected a text, found `1`: put it in quotes")]
    [InlineData("\"image\": \"%%ops.b.results.c%%\", \"cmd\": \"x\"", "results and addresses of ops are not known")]
    [InlineData("\"image\": \"b\", \"cmd\": \"x %%global.job%%\"", "never stands in a command")]
    public void It_is_strict(string args, string problem) => Assert.Contains(
        problem,
        FlowText.Problems(
            $"{{\"version\": \"0.1\", \"type\": \"container\", \"ops\": [{{\"type\": \"container/run\", \"id\": \"a\", \"args\": {{{args}}}}}]}}"),
        StringComparison.Ordinal);

    [Fact]
    public void Groups_hold_together() => Assert.Contains(
        "no op of the group `b` has the id `a`",
        FlowText.Problems(
            """
            {"version": "0.1", "type": "container", "ops": [
              {"type": "container/run", "id": "a", "args": {"image": "i", "cmd": "x"}},
              {"type": "container/run", "id": "b", "args": {"image": "i", "cmd": "x"},
               "execution": {"depends_on": ["a"]}}]}
            """),
        StringComparison.Ordinal);
}
