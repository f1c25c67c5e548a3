using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Weir.Contracts.Agents;
using Weir.Contracts.Client;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Testing;

namespace Weir.Tests.EndToEnd;

/// <summary>Several controllers, each a process, on one PostgreSQL and one folder, behind a balancer.</summary>
internal sealed partial class SeveralControllers : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly HttpClient _http = new();
    private readonly WeirProcess[] _weirs = [new(), new()];
    private readonly int[] _ports = new int[2];
    private readonly string _shared = Directory.CreateTempSubdirectory("weir-shared-").FullName;
    private PostgresServer _server = null!;
    private BackgroundProcess? _agent;

    public BackgroundProcess[] Processes { get; } = new BackgroundProcess[2];

    public string Database { get; private set; } = "";

    public Balancer Balancer { get; private set; } = null!;

    public static async Task<SeveralControllers> StartAsync()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        var several = new SeveralControllers { _server = await PostgresServer.SharedAsync() };
        several.Database = await several._server.CreateDatabaseAsync();
        several.Balancer = new Balancer(() => several.EndPoint(0), () => several.EndPoint(1));
        await Task.WhenAll(several.StartAsync(0), several.StartAsync(1));
        return several;
    }

    public WeirProcess Weir(int number) => _weirs[number];

    public WeirClient Client(int number) => new(
        _http, new WeirClientOptions(new Uri($"http://127.0.0.1:{_ports[number]}"))
        {
            Token = File.ReadAllText(Path.Combine(_weirs[number].Data, "admin.token")).Trim(),
        });

    /// <summary>The first time at a free port, then at the same one again.</summary>
    public async Task StartAsync(int number)
    {
        var process = _weirs[number].Spawn(
            "controller", "--port", _ports[number].ToString(CultureInfo.InvariantCulture), "--database", Database,
            "--shared-data-dir", _shared);
        Processes[number] = process;
        await process.PrintsAsync("controller ready at");
        Assert.False(process.HasEnded, process.Printed);
        _ports[number] = int.Parse(Port().Match(process.Printed).Groups["port"].Value, CultureInfo.InvariantCulture);
    }

    public async Task JoinAsync()
    {
        var token = await Client(0).Agents.CreateJoinTokenAsync(new CreateJoinTokenRequest());
        _agent = _weirs[0].Spawn(
            "agent", "--join", Balancer.Address.ToString(), "--allow-process", "--slots", "2",
            "--data-dir", Path.Combine(_weirs[0].Folder, "agent"), "--join-token", token.Token);
        await _agent.PrintsAsync("works for");
        Assert.False(_agent.HasEnded, _agent.Printed);
    }

    /// <summary>The run at its end, watched at that controller.</summary>
    public async Task<RunView> EndAsync(int number, RunView run)
    {
        using var late = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            await foreach (var now in Client(number).Runs.WatchAsync(run.Id, late.Token))
            {
                if (now.Status.IsFinal()) return now;
            }
        }
        catch (OperationCanceledException endless)
        {
            throw new TimeoutException(
                $"no end\n{string.Join('\n', Processes.Select(process => process.Printed))}\n{_agent?.Printed}", endless);
        }

        return await Client(number).Runs.GetAsync(run.Id);
    }

    public async ValueTask DisposeAsync()
    {
        if (_agent is not null) await _agent.DisposeAsync();
        foreach (var process in Processes) await process.DisposeAsync();
        await Balancer.DisposeAsync();
        _http.Dispose();
        foreach (var weir in _weirs) await weir.DisposeAsync();
        await _server.DropAsync(Database);
        Directory.Delete(_shared, recursive: true);
    }

    private IPEndPoint? EndPoint(int number) =>
        _ports[number] == 0 ? null : new IPEndPoint(IPAddress.Loopback, _ports[number]);

    [GeneratedRegex(@"ready at http://127\.0\.0\.1:(?<port>\d+)", RegexOptions.None, 1000)]
    private static partial Regex Port();
}
