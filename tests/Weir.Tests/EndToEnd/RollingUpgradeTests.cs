using Weir.Agent;
using Weir.Contracts.Agents;
using Weir.Contracts.Client;
using Weir.Contracts.Problems;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Controller.Hosting;
using Weir.Engine.Links;
using Weir.Runtimes.Fake;
using Weir.Testing;
using Weir.Tests.Storage;

namespace Weir.Tests.EndToEnd;

/// <summary>
/// Two controllers on one database, replaced one by one while runs go on, without a balancer: agents and clients know
/// both addresses.
/// </summary>
public sealed class RollingUpgradeTests : IAsyncLifetime
{
    private const int Old = 1;
    private const int New = 2;
    private const string Flow =
        """
        name: noop
        runtime: fake
        steps:
          - { name: a, commands: ['true'] }
          - { name: b, commands: ['true'] }
        """;

    private readonly TempFolder _folder = new();
    private readonly ControllerHost?[] _hosts = new ControllerHost?[2];
    private readonly int[] _ports = new int[2];
    private readonly List<Task> _agents = [];
    private readonly CancellationTokenSource _abort = new();
    private PostgresServer? _server;
    private string _database = "";
    private HttpClient _http = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Uri[] Addresses => [.. _ports.Select(port => new Uri($"http://127.0.0.1:{port}"))];

    private WeirClient Client => new(
        _http, new WeirClientOptions(Addresses[0]) { Token = _hosts.First(host => host is not null)!.AdminToken });

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        _server = await PostgresServer.SharedAsync();
        _database = await _server.CreateDatabaseAsync();
        await ServeAsync(0, Old);
        await ServeAsync(1, Old);
        _http = new HttpClient(new AlternateAddresses(Addresses, new SocketsHttpHandler { UseProxy = false }));
    }

    public async ValueTask DisposeAsync()
    {
        await _abort.CancelAsync();
        await Task.WhenAll(_agents);
        for (var i = 0; i < _hosts.Length; i++) await EndAsync(i);
        if (_server is not null) await _server.DropAsync(_database);
        _http?.Dispose();
        _abort.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Controllers_and_agents_are_replaced_one_by_one_and_no_run_notices()
    {
        var client = Client;
        using var firstAgent = await JoinAsync(0, Old);
        using var secondAgent = await JoinAsync(1, Old);
        using var enough = new CancellationTokenSource();
        var started = new List<string>();
        var load = LoadAsync(client, started, enough.Token);
        await Started(started, 20);

        await EndAsync(0);
        await ServeAsync(0, New);
        await Started(started, started.Count + 20);
        // this one speaks the new protocol to the new controller and the old one to the other
        await firstAgent.CancelAsync();
        using var renewed = await JoinAsync(0, New);
        await Started(started, started.Count + 20);
        await EndAsync(1);
        await ServeAsync(1, New);
        await Started(started, started.Count + 20);
        await secondAgent.CancelAsync();
        using var last = await JoinAsync(1, New);
        await Started(started, started.Count + 20);
        await enough.CancelAsync();
        await load;

        foreach (var id in started) await RequireDoneOnceAsync(Client, id);
        var agents = await Client.Agents.ListAsync(cancellationToken: Token);
        Assert.Equal(2, agents.Items.Count);
    }

    [Fact]
    public async Task An_agent_two_protocols_ahead_is_told_so()
    {
        var refused = await Assert.ThrowsAsync<LinkException>(() => RunAgentAsync("ahead", New + 1, _abort.Token));
        Assert.Equal((ErrorCodes.ProtocolUnsupported, true), (refused.Code, refused.Permanent));
    }

    private static Task Started(List<string> started, int count) => Eventually.HoldsAsync(
        () =>
        {
            lock (started) return started.Count >= count;
        },
        $"{count} runs", TimeSpan.FromSeconds(90));

    private static async Task LoadAsync(WeirClient client, List<string> started, CancellationToken enough)
    {
        for (var number = 0; !enough.IsCancellationRequested; number++)
        {
            var request = new StartRunRequest
            {
                Definition = Flow,
                IdempotencyKey = $"k{number}",
            };
            var run = "";
            await Eventually.HoldsAsync(
                async () =>
                {
                    try
                    {
                        run = (await client.Runs.StartAsync(request, Token)).Run.Id;
                        return true;
                    }
                    catch (Exception away) when (away is HttpRequestException or IOException or WeirApiException
                    {
                        Status: System.Net.HttpStatusCode.ServiceUnavailable,
                    })
                    {
                        return false;
                    }
                },
                "a run is started", TimeSpan.FromSeconds(30));
            lock (started) started.Add(run);
        }
    }

    private static async Task RequireDoneOnceAsync(WeirClient client, string id)
    {
        RunView run = null!;
        await Eventually.HoldsAsync(
            async () => (run = await client.Runs.GetAsync(id, Token)).Status.IsFinal(), $"{id} ends",
            TimeSpan.FromSeconds(60));
        Assert.Equal((RunStatus.Success, 0), (run.Status, run.InfrastructureLosses));
        // a claim whose answer was lost with its controller is given back unbegun
        Assert.All(run.Steps!, step => Assert.Single(step.Attempts, attempt => attempt.Started is not null));
    }

    private async Task ServeAsync(int number, int protocol)
    {
        var options = new ControllerOptions
        {
            DataFolder = _folder[$"controller-{number}"], SharedFolder = _folder["shared"], Port = _ports[number],
            Backend = StateBackend.Postgres, DatabaseConnection = _database, Protocol = protocol,
        };
        var host = await ControllerHost.BuildAsync(options, logging: null, Token);
        await host.StartAsync(Token);
        _ports[number] = host.Address.Port;
        _hosts[number] = host;
    }

    private async Task EndAsync(int number)
    {
        if (_hosts[number] is not { } host) return;
        _hosts[number] = null;
        await host.StopAsync(CancellationToken.None);
        await host.DisposeAsync();
    }

    /// <summary>An agent that works until the source is cancelled, then finishes what it has.</summary>
    private async Task<CancellationTokenSource> JoinAsync(int number, int protocol)
    {
        var drain = new CancellationTokenSource();
        var name = $"agent-{number}";
        if (_agents.Count > number) await _agents[number];
        var running = RunAgentAsync(name, protocol, drain.Token);
        if (_agents.Count > number) _agents[number] = running;
        else _agents.Add(running);
        return drain;
    }

    private async Task RunAgentAsync(string name, int protocol, CancellationToken drain)
    {
        var join = await Client.Agents.CreateJoinTokenAsync(new CreateJoinTokenRequest(), Token);
        var options = new AgentOptions
        {
            Name = name, DataDirectory = _folder[name], Slots = 2, Controller = Addresses[0],
            OtherControllers = [Addresses[1]], JoinToken = join.Token, Protocol = protocol,
        };
        await AgentHost.RunAsync(
            options, [new FakeRuntime(TimeProvider.System)], null, TimeProvider.System, new Random(1), null, drain,
            _abort.Token);
    }
}
