using System.Globalization;
using System.Text.RegularExpressions;
using Weir.Contracts.Agents;
using Weir.Contracts.Client;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Testing;

namespace Weir.Tests.EndToEnd;

/// <summary>A controller and an agent, each a process of its own, that only a socket joins.</summary>
internal sealed partial class WeirPair : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly HttpClient _http = new();
    private readonly string _heartbeat;
    private string _port = "0";

    private WeirPair(WeirProcess weir, double heartbeat)
    {
        Weir = weir;
        _heartbeat = heartbeat.ToString(CultureInfo.InvariantCulture);
    }

    public WeirProcess Weir { get; }

    public BackgroundProcess Controller { get; private set; } = null!;

    public BackgroundProcess Agent { get; private set; } = null!;

    public string Address => $"http://127.0.0.1:{_port}";

    public string AgentFolder { get; init; } = "";

    /// <summary>With every right.</summary>
    public WeirClient Client => With(File.ReadAllText(Path.Combine(Weir.Data, "admin.token")).Trim());

    /// <param name="heartbeat">Seconds between two renewals; a lease lasts three of them.</param>
    /// <param name="agentFolder">Where the agent keeps its data, unless beside the controller's.</param>
    public static async Task<WeirPair> StartAsync(double heartbeat = 10, string? agentFolder = null)
    {
        var weir = new WeirProcess();
        var pair = new WeirPair(weir, heartbeat) { AgentFolder = agentFolder ?? Path.Combine(weir.Folder, "agent") };
        try
        {
            await pair.StartControllerAsync();
            await pair.JoinAsync();
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    public WeirClient With(string token) => new(_http, new WeirClientOptions(new Uri(Address)) { Token = token });

    /// <summary>The first time at a free port, then at the same one again.</summary>
    public async Task StartControllerAsync()
    {
        Weir.Write(
            "controller.yml",
            $"node: {{ heartbeat: {_heartbeat} }}\ndatabase: {{ dialect: sqlite, host: weir.db }}\n");
        Controller = Weir.Spawn("controller", "-c", "controller.yml", "--data-dir", Weir.Data, "--port", _port);
        await Controller.PrintsAsync("controller ready at");
        _port = Port().Match(Controller.Printed).Groups["port"].Value;
        Assert.False(Controller.HasEnded, Controller.Printed);
    }

    public async Task JoinAsync(params string[] more)
    {
        var token = await Client.Agents.CreateJoinTokenAsync(new CreateJoinTokenRequest());
        await StartAgentAsync(["--join-token", token.Token, .. more]);
        await Eventually.HoldsAsync(
            async () => Agent.HasEnded || (await Client.Agents.ListAsync()).Items.Any(agent => agent.Online),
            "the agent works");
        Assert.False(Agent.HasEnded, Agent.Printed);
    }

    /// <summary>A further time it is known by its key.</summary>
    public async Task StartAgentAsync(params string[] more)
    {
        Agent = Weir.Spawn(
            ["agent", "--join", Address, "--allow-process", "--slots", "2", "--data-dir", AgentFolder, .. more]);
        await Agent.PrintsAsync("works for");
    }

    public async Task<RunView> StartRunAsync(string flow) =>
        (await Client.Runs.StartAsync(new StartRunRequest { Definition = flow })).Run;

    public Task<RunView> GetAsync(RunView run) => Client.Runs.GetAsync(run.Id);

    /// <summary>The run at its end.</summary>
    public async Task<RunView> EndAsync(RunView run)
    {
        using var late = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            await foreach (var now in Client.Runs.WatchAsync(run.Id, late.Token))
            {
                if (now.Status.IsFinal()) return now;
            }
        }
        catch (OperationCanceledException endless)
        {
            var explained = await Weir.RunAsync("run", "explain", run.Id);
            throw new TimeoutException(
                $"no end of {explained.Output}\ncontroller:\n{Controller.Printed}\nagent:\n{Agent.Printed}", endless);
        }

        return await GetAsync(run);
    }

    /// <summary>What a step has printed so far, byte for byte as the controller keeps it.</summary>
    public string StdoutFile(RunView run, string step) =>
        Path.Combine(Weir.Data, "logs", "runs", run.Namespace, run.Id, step, "logs", "stdout.log");

    public async ValueTask DisposeAsync()
    {
        if (Agent is not null) await Agent.DisposeAsync();
        if (Controller is not null) await Controller.DisposeAsync();
        _http.Dispose();
        await Weir.DisposeAsync();
    }

    [GeneratedRegex(@"ready at http://127\.0\.0\.1:(?<port>\d+)", RegexOptions.None, 1000)]
    private static partial Regex Port();
}
