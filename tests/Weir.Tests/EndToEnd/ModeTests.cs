using System.Text.RegularExpressions;

namespace Weir.Tests.EndToEnd;

/// <summary>Plain <c>weir -c FILE</c>: the file says what is started.</summary>
public sealed partial class ModeTests
{
    [Fact]
    public async Task A_node_a_client_and_a_standalone_start_from_their_files()
    {
        await using var weir = new WeirProcess();
        weir.Write("node.yml", "mode: node\nnode: { port: 0 }\ndatabase: { dialect: sqlite }\n");
        await using var controller = weir.Spawn("-c", "node.yml");
        await controller.PrintsAsync("controller ready at");
        var address = Address().Match(controller.Printed).Value;
        var token = (await weir.RunAsync("agent", "join-token")).Output.Trim();

        var client = $"mode: client\njoin: {{ url: '{address}', token: {token} }}\n";
        weir.Write("client.yml", client + "runtimes: { docker: false }\n");
        var refused = await weir.RunAsync("-c", "client.yml");
        Assert.Equal(2, refused.Code);
        Assert.Contains("an agent needs a runtime", refused.Error, StringComparison.Ordinal);

        weir.Write("client.yml", client + "runtimes: { fake: true, docker: false }\n");
        await using var agent = weir.Spawn("-c", "client.yml");
        await agent.PrintsAsync("runtimes: fake");
        weir.Write("f.yml", "name: f\nruntime: fake\nsteps: [{ name: a, commands: ['true'] }]\n");
        var run = await weir.RunAsync("run", "start", "--file", "f.yml", "--follow", "--exit-status");
        Assert.True(run.Code == 0, run.Output + run.Error + agent.Printed);
        Assert.Equal(0, await agent.EndAsync());
        Assert.Equal(0, await controller.EndAsync());

        weir.Write("both.yml", "node: { port: 0 }\n");
        await using var both = weir.Spawn("-c", "both.yml");
        await both.PrintsAsync("is ready after");
        Assert.Contains("kept in memory", both.Printed, StringComparison.Ordinal);
        Assert.Equal(0, await both.EndAsync());
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+", RegexOptions.None, 1000)]
    private static partial Regex Address();
}
