using System.Text.Json;
using Weir.Contracts.Client;
using Weir.Contracts.Runs;
using Weir.Tests.Vault;

namespace Weir.Tests.Features;

public sealed class ResultTests
{
    private const string Good = """
        name: good
        steps:
          - { name: first, commands: ["echo out && sleep 0.2 && echo err >&2 && sleep 0.2 && printf 'more\\nend'", "true"] }
          - { name: second-step, title: "The second & last", commands: ["echo x"] }
        """;

    [Fact]
    public async Task A_good_run_reads_as_the_node_writes_it()
    {
        await using var rig = await SecretRig.StartAsync();
        var run = await rig.RunAsync(Good);
        using var result = await ReadAsync(rig, run);
        var root = result.RootElement;

        Assert.Equal(["nos-id", "finished-at", "results"], root.EnumerateObject().Select(p => p.Name));
        Assert.Equal(run.Id, root.GetProperty("nos-id").GetString());
        Assert.Equal(run.Ended!.Value.ToUnixTimeSeconds(), root.GetProperty("finished-at").GetInt64());
        var steps = root.GetProperty("results");
        Assert.Equal(["first", "The second & last"], steps.EnumerateObject().Select(p => p.Name));
        var first = steps.GetProperty("first");
        Assert.Equal("success", first[0].GetString());
        Assert.Equal(3, first[1].GetArrayLength());
        Assert.Equal(["img", "cmd", "time", "log"], first[1][0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(JsonValueKind.Null, first[1][0].GetProperty("cmd").ValueKind);
        var command = first[1][1];
        Assert.Equal(["img", "container", "time", "cmd", "log"], command.EnumerateObject().Select(p => p.Name));
        Assert.StartsWith("echo out", command.GetProperty("cmd").GetProperty("cmd").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            """[[1,"out\n"],[2,"err\n"],[1,"more\n"],[1,"end"],[1,""]]""", command.GetProperty("log").GetRawText());
        Assert.Equal("""[[1,""]]""", first[1][2].GetProperty("log").GetRawText());
    }

    [Fact]
    public async Task A_failed_run_says_which_command_failed_and_leaves_out_what_never_began()
    {
        await using var rig = await SecretRig.StartAsync();
        var run = await rig.RunAsync(
            "{ name: bad, steps: [{ name: one, commands: ['echo a', 'exit 4', 'echo b'] }, { name: two, commands: [x] }] }");
        using var original = await ReadAsync(rig, run);
        using var current = await ReadAsync(rig, run, ResultForm.Current);

        var step = original.RootElement.GetProperty("results").GetProperty("one");
        Assert.Equal(("pipeline-failed", 3), (step[0].GetString(), step[1].GetArrayLength()));
        Assert.Equal("exit code 4", step[1][2].GetProperty("error").GetString());
        Assert.False(original.RootElement.GetProperty("results").TryGetProperty("two", out _));
        step = current.RootElement.GetProperty("results").GetProperty("one");
        Assert.Equal("nos/cmd-error", step[0].GetString());
        Assert.Equal(
            ["img", "status", "container", "start-time", "end-time", "cmd", "log"],
            step[1][1].EnumerateObject().Select(p => p.Name));
        Assert.Equal(4, step[1][2].GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_step_that_could_not_start_is_an_error_with_its_reason()
    {
        await using var rig = await SecretRig.StartAsync();
        var run = await rig.RunAsync("{ name: none, steps: [{ name: one, secrets: [GONE], commands: [x] }] }");
        using var current = await ReadAsync(rig, run, ResultForm.Current);
        var step = current.RootElement.GetProperty("results").GetProperty("one");
        Assert.Equal("nos/error", step[0].GetString());
        Assert.StartsWith("secret GONE", step[1].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_can_be_linked_and_an_active_run_has_no_result()
    {
        await using var rig = await SecretRig.StartAsync();
        var run = await rig.StartAsync("{ name: l, steps: [{ name: one, commands: ['sleep 1; echo linked'] }] }");
        var refused = await Assert.ThrowsAsync<WeirApiException>(() => ReadAsync(rig, run));
        Assert.Equal("run.active", refused.Code);
        run = await rig.EndAsync(run);
        using var result = await ReadAsync(rig, run, logs: ResultLogs.Link);
        var address = result.RootElement.GetProperty("results").GetProperty("one")[1][1].GetProperty("log").GetString()!;
        using var log = await rig.Controller.SendAsync(HttpMethod.Get, address);
        Assert.Equal("linked\n", await log.Content.ReadAsStringAsync());
    }

    private static async Task<JsonDocument> ReadAsync(
        SecretRig rig, RunView run, ResultForm form = ResultForm.Original, ResultLogs logs = ResultLogs.Inline)
    {
        await using var stream = await rig.Controller.Admin.Runs.OpenResultAsync(run.Id, form, logs);
        return await JsonDocument.ParseAsync(stream);
    }
}
