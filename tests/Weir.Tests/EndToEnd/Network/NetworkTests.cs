using Weir.Contracts.Agents;
using Weir.Contracts.Client;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Testing;

namespace Weir.Tests.EndToEnd.Network;

/// <summary>Three controllers on one PostgreSQL and four agents behind NAT, on a network that loses packets.</summary>
public sealed class NetworkTests : IAsyncLifetime
{
    private const int Controllers = 3;
    private const int Agents = 4;
    private const int Chains = 8;
    private const int Steps = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly WeirProcess _weir = new();
    private readonly List<BackgroundProcess> _processes = [];
    private TestNetwork? _network;
    private PostgresServer? _server;
    private string _database = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Addresses =>
        string.Join(',', Enumerable.Range(0, Controllers).Select(i => $"http://{TestNetwork.AddressOf(i)}:1456"));

    private string Marks => Path.Combine(_weir.Folder, "marks", "all");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        var missing = await TestNetwork.MissingAsync();
        Assert.SkipWhen(missing is not null, $"no network namespaces: {missing}");
        _network = await TestNetwork.MakeAsync(Controllers, Agents);
        _server = await PostgresServer.SharedAsync();
        _database = await _server.CreateDatabaseAsync();
        TestContext.Current.SendDiagnosticMessage($"packets are dropped and delayed by {_network.Trouble}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        if (_network is not null) await _network.DisposeAsync();
        if (_server is not null) await _server.DropAsync(_database);
        await _weir.DisposeAsync();
    }

    [Fact]
    public async Task Runs_go_on_while_packets_are_lost_a_host_is_cut_off_and_a_controller_dies()
    {
        _weir.OpenFolder("marks");
        await File.WriteAllTextAsync(Marks, "", Token);
        // each slot has a user of its own
        File.SetUnixFileMode(Marks, (UnixFileMode)438);
        _weir.Write("controller.yml", "node: { heartbeat: 1.0 }\n");
        await Task.WhenAll(Enumerable.Range(0, Controllers).Select(ServeAsync));
        using var http = new HttpClient(new AlternateAddresses(
            [.. Addresses.Split(',').Select(address => new Uri(address))], _network!.Handler()));
        var token = await File.ReadAllTextAsync(Path.Combine(_weir.Folder, "c2", "admin.token"), Token);
        var client = new WeirClient(
            http, new WeirClientOptions(new Uri(Addresses.Split(',')[0])) { Token = token.Trim() });
        var join = await client.Agents.CreateJoinTokenAsync(new CreateJoinTokenRequest { Uses = Agents }, Token);
        for (var i = 0; i < Agents; i++) Join(i, join.Token);
        await Eventually.HoldsAsync(
            async () => (await client.Agents.ListAsync(cancellationToken: Token)).Items.Count(a => a.Online) == Agents,
            "all agents come", Patience);

        var runs = new List<RunView>();
        for (var i = 0; i < Chains; i++) runs.Add((await client.Runs.StartAsync(Chain(i), Token)).Run);
        await Marked(Chains);
        await _network.CutAsync(0);
        await Marked(Chains * 2);
        await _processes[0].KillAsync();
        await Marked(Chains * 3);
        await _network.MendAsync(0);

        foreach (var run in runs)
        {
            var last = await EndAsync(client, run);
            Assert.True(last.Status == RunStatus.Success, $"{last.Handle}: {last.Status} {last.Message}");
            await RequireLogsAsync(client, last);
        }

        var expected = Enumerable.Range(0, Chains).SelectMany(run => Enumerable.Range(1, Steps).Select(i => $"{run}.{i}"));
        var begun = await File.ReadAllLinesAsync(Marks, Token);
        Assert.Equal(expected.Order(StringComparer.Ordinal), begun.Order(StringComparer.Ordinal));
        var agents = runs.Select(run => client.Runs.GetAsync(run.Id, Token));
        var used = (await Task.WhenAll(agents)).SelectMany(run => run.Steps!).Select(step => step.Attempts[0].Agent);
        Assert.Equal(Agents, used.Distinct().Count());
    }

    private static async Task RequireLogsAsync(WeirClient client, RunView run)
    {
        for (var i = 1; i <= Steps; i++)
        {
            var log = await client.Logs.ReadAsync(run.Id, $"s{i}", null, Token);
            Assert.Equal($"begin {i}\nend {i}\n", System.Text.Encoding.UTF8.GetString(log.Bytes.Span));
        }
    }

    private static async Task<RunView> EndAsync(WeirClient client, RunView run)
    {
        await Eventually.HoldsAsync(
            async () => (run = await client.Runs.GetAsync(run.Id, Token)).Status.IsFinal(), $"{run.Handle} ends", Patience);
        return run;
    }

    private StartRunRequest Chain(int number) => new()
    {
        Definition =
            $"name: chain\nruntime: process\nenv: {{ MARKS: '{Marks}' }}\nsteps:\n" + string.Concat(
                Enumerable.Range(1, Steps).Select(i => $$"""
                      - name: s{{i}}
                        commands:
                          - 'echo "begin {{i}}"; echo {{number}}.{{i}} >> "$MARKS"; sleep 0.5; echo "end {{i}}"'

                    """)),
    };

    private Task Marked(int count) => Eventually.HoldsAsync(
        async () => (await File.ReadAllLinesAsync(Marks, Token)).Length >= count,
        $"{count} steps began", Patience);

    private async Task ServeAsync(int number)
    {
        var process = _weir.SpawnBy(
            _network!.On($"c{number}"), "controller", "--config", Path.Combine(_weir.Folder, "controller.yml"),
            "--interface", TestNetwork.AddressOf(number), "--database", _database,
            "--shared-data-dir", Path.Combine(_weir.Folder, "shared"),
            "--data-dir", Path.Combine(_weir.Folder, $"c{number}"));
        _processes.Add(process);
        await Eventually.HoldsAsync(
            () => process.HasEnded || process.Printed.Contains("ready at", StringComparison.Ordinal), "it serves", Patience);
        Assert.False(process.HasEnded, process.Printed);
    }

    private void Join(int number, string token) => _processes.Add(_weir.SpawnBy(
        _network!.On($"a{number}"), "agent", "--join", Addresses, "--join-token", token, "--allow-process", "--no-docker",
        "--slots", "2", "--name", $"agent-{number}", "--data-dir", Path.Combine(_weir.Folder, $"a{number}")));
}
