using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Weir.Cli.Hosting;
using Weir.Testing;

namespace Weir.Tests.EndToEnd;

public sealed class UpTests
{
    [Fact]
    public async Task A_flow_runs_is_listed_explained_and_its_artifact_fetched()
    {
        await using var weir = new WeirProcess();
        weir.Write("f.yml", """
            name: pack
            runtime: process
            params: { who: { type: string } }
            steps:
              - name: make
                env: { WHO: "${{ params.who }}" }
                commands: ['mkdir out && echo "for $WHO" > out/note']
                artifacts: [{ name: out, path: out/ }]
              - { name: read, resources: [{ name: out, path: in }], commands: ['cat "$(find in -name note)"'] }
            """);
        await weir.UpAsync();
        var run = await weir.RunAsync(
            "run", "start", "--file", "f.yml", "-p", "who=ann; $(id)", "--follow", "--exit-status");
        Assert.True(run.Code == 0, run.Output + run.Error);
        Assert.Contains("read │ for ann; $(id)\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("pack#1  success", (await weir.RunAsync("run", "list")).Output, StringComparison.Ordinal);
        Assert.Equal("for ann; $(id)\n", (await weir.RunAsync("run", "logs", "@latest", "read")).Output);
        Assert.Equal(0, (await weir.RunAsync("run", "explain", "pack#1")).Code);
        Assert.Equal(0, (await weir.RunAsync("run", "artifacts", "@latest", "--to", "got")).Code);
        var note = Directory.GetFiles(
            Path.Combine(weir.Folder, "got", "make", "out"), "note", SearchOption.AllDirectories);
        Assert.Equal("for ann; $(id)\n", await File.ReadAllTextAsync(Assert.Single(note)));
        Assert.Equal(6, (await weir.RunAsync("up", "--detach")).Code);
        Assert.Equal(0, (await weir.RunAsync("down")).Code);
        Assert.Equal(8, (await weir.RunAsync("run", "list")).Code);
    }

    [Fact]
    public async Task A_step_reads_nothing_of_the_controller_and_the_agent_beside_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "steps have users of their own where the agent is root");
        await using var weir = new WeirProcess();
        weir.Write("f.yml", """
            name: curious
            runtime: process
            params: { data: { type: string } }
            steps:
              - name: look
                env: { DATA: "${{ params.data }}" }
                commands:
                  - for f in "$DATA" "$DATA/logs" "$DATA/blobs"; do ls "$f" && exit 1; done; true
                  - cd "$DATA"; for f in admin.token vault.key weir.db weir.log agent/agent.json; do head -c 1 "$f" && exit 1; done; true
                  - for f in weir.db agent/agent.json; do echo x >> "$f" && exit 1; done; true
            """);
        await weir.UpAsync();
        string[] told = ["admin.token", "vault.key", "weir.db", "weir.log", "agent/agent.json"];
        Assert.All(told, file => Assert.True(File.Exists(Path.Combine(weir.Data, file)), file));
        var run = await weir.RunAsync(
            "run", "start", "--file", "f.yml", "-p", $"data={weir.Data}", "--follow", "--exit-status");
        Assert.True(run.Code == 0, run.Output + run.Error);
        Assert.Contains("Permission denied", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_run_is_3_and_an_unknown_one_5()
    {
        await using var weir = new WeirProcess();
        weir.Write("f.yml", "name: bad\nruntime: process\nsteps: [{ name: a, commands: ['exit 9'] }]\n");
        await weir.UpAsync();
        Assert.Equal(3, (await weir.RunAsync("run", "start", "--file", "f.yml", "--exit-status")).Code);
        Assert.Equal(5, (await weir.RunAsync("run", "get", "bad#2")).Code);
        Assert.Equal(4, (await weir.RunAsync("run", "list", "--token", "wrong")).Code);
    }

    [Fact]
    public async Task Its_controller_outlives_the_drain_of_its_agent_which_can_be_resumed()
    {
        await using var weir = new WeirProcess();
        weir.Write("f.yml", "name: f\nruntime: fake\nsteps: [{ name: a, commands: ['true'] }]\n");
        var up = await weir.UpAsync();
        var name = (await weir.RunAsync("agent", "list", "-o", "ndjson")).Output.Split("\"name\":\"")[1].Split('"')[0];
        Assert.Equal(0, (await weir.RunAsync("agent", "drain", name)).Code);
        Assert.Equal(0, (await weir.RunAsync("run", "start", "--file", "f.yml")).Code);
        var explained = await weir.RunAsync("run", "explain", "f#1");
        Assert.Contains("0/1 agents fit: 1 draining", explained.Output, StringComparison.Ordinal);
        Assert.True(ProcessTable.IsAlive(up.Process, up.Start));
        Assert.Equal(0, (await weir.RunAsync("agent", "resume", name)).Code);
        var ended = await weir.RunAsync("run", "watch", "f#1", "--timeout", "30s", "--exit-status");
        Assert.True(ended.Code == 0, ended.Output + ended.Error);

        Assert.Equal(0, (await weir.RunAsync("agent", "revoke", name)).Code);
        await Eventually.HoldsAsync(
            () => File.ReadAllText(Path.Combine(weir.Data, "weir.log")).Contains(
                "steps run at other agents only", StringComparison.Ordinal),
            "the agent is out");
        Assert.True(ProcessTable.IsAlive(up.Process, up.Start));
    }

    [Fact]
    public async Task A_second_controller_on_the_folder_and_a_busy_port_are_refused_clearly()
    {
        await using var weir = new WeirProcess();
        await weir.UpAsync();
        var second = await weir.RunAsync("up", "--port", "0");
        Assert.Equal(6, second.Code);
        Assert.Matches(@"is in use by process \d+: stop it", second.Error);

        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var busy = await weir.RunAsync("up", "--data-dir", Path.Combine(weir.Folder, "other"), "--port", $"{port}");
        Assert.Equal(1, busy.Code);
        Assert.Contains("--port", busy.Error, StringComparison.Ordinal);
        Assert.Single(busy.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_step_killed_with_its_controller_and_agent_is_made_again()
    {
        await using var weir = new WeirProcess();
        var mark = Path.Combine(weir.Folder, "mark");
        weir.Write("f.yml", $$"""
            name: again
            runtime: process
            steps:
              - name: once
                disconnect: 0s
                env: { MARK: '{{mark}}' }
                commands: ['if [ -e "$MARK" ]; then echo second; else : > "$MARK"; sleep 300; fi']
            """);
        File.SetUnixFileMode(weir.Folder, (UnixFileMode)511);
        var first = await weir.UpAsync();
        Assert.Equal(0, (await weir.RunAsync("run", "start", "--file", "f.yml")).Code);
        await Eventually.HoldsAsync(() => File.Exists(mark), "the step runs");
        using (var process = Process.GetProcessById(first.Process)) process.Kill();
        await Eventually.HoldsAsync(() => !ProcessTable.IsAlive(first.Process, first.Start), "it is gone");

        await weir.UpAsync();
        var watched = await weir.RunAsync("run", "watch", "again#1", "--exit-status", "--timeout", "100s");
        Assert.True(watched.Code == 0, watched.Output + watched.Error);
        Assert.Contains("1 lost to infrastructure", watched.Output, StringComparison.Ordinal);
        Assert.Equal("second\n", (await weir.RunAsync("run", "logs", "again#1", "once")).Output);
    }
}
