using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Agent;
using Weir.Agent.Links;
using Weir.Agent.Pacing;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Agents;
using Weir.Contracts.Client;
using Weir.Contracts.Flows;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Engine.Links;

namespace Weir.Bench;

/// <summary>
/// Thousands of agents, each with a key, a session and a connection of its own, wait for work at one controller
/// process. Runs are started one after the other; measured is the time from asking for a run to its step's arrival at
/// one of them.
/// </summary>
internal static class IdleAgents
{
    private const int Agents = 10_000;
    private const int Joining = 32;
    private const int Runs = 300;
    private const int WaitMilliseconds = 30_000;

    public static async Task<IReadOnlyList<Figure>> RunAsync(string database, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("weir-idle-").FullName;
        var port = FootprintBenchmark.FreePort();
        using var controller = FootprintBenchmark.Start(
            folder, "controller", "--port", port, "--data-dir", Path.Combine(folder, "c"), "--database", database);
        _ = controller.StandardOutput.ReadToEndAsync(cancellationToken);
        _ = controller.StandardError.ReadToEndAsync(cancellationToken);
        await FootprintBenchmark.WaitReadyAsync(port, cancellationToken);
        var address = new Uri($"http://127.0.0.1:{port}");
        var token = await File.ReadAllTextAsync(Path.Combine(folder, "c", "admin.token"), cancellationToken);
        using var http = new HttpClient();
        var client = new WeirClient(http, new WeirClientOptions(address) { Token = token.Trim() });
        var join = await client.Agents.CreateJoinTokenAsync(
            new CreateJoinTokenRequest { Uses = Agents }, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var arrived = Channel.CreateUnbounded<long>();
        var agents = new List<IdleAgent>(Agents);
        var waiting = new List<Task>(Agents);
        var many = new ParallelOptions { MaxDegreeOfParallelism = Joining, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, Agents, many, async (number, joining) =>
        {
            var agent = new IdleAgent(Path.Combine(folder, "a", $"{number}"), address, join.Token);
            await agent.JoinAsync(joining);
            lock (waiting)
            {
                agents.Add(agent);
                waiting.Add(agent.WaitAsync(arrived.Writer, WaitMilliseconds, stop.Token));
            }
        });
        await client.Flows.CreateAsync(new CreateFlowRequest(ThroughputBenchmark.Definition), cancellationToken);
        var times = await StartAsync(client, arrived.Reader, cancellationToken);
        var resident = FootprintBenchmark.ResidentMegabytes(controller.Id);
        await stop.CancelAsync();
        await Task.WhenAll(waiting);
        foreach (var agent in agents) agent.Dispose();
        await FootprintBenchmark.EndAsync(controller, cancellationToken);
        Directory.Delete(folder, recursive: true);
        var p99 = times.Order().ElementAt(times.Count * 99 / 100);
        return
        [
            new Figure($"claim, {Agents} idle agents, p99", $"{p99:0.0} ms", $"median {Medians.Of(times):0.0} ms", null, "≤ 50 ms", p99 <= 50),
            new Figure($"controller, {Agents} idle agents", $"{resident} MiB", "", null, "≤ 1024 MiB", resident <= 1_024),
        ];
    }

    private static async Task<List<double>> StartAsync(
        WeirClient client, ChannelReader<long> arrived, CancellationToken cancellationToken)
    {
        var times = new List<double>(Runs);
        for (var run = 0; run < Runs + (Runs / 5); run++)
        {
            var start = TimeProvider.System.GetTimestamp();
            await client.Runs.StartAsync(new StartRunRequest { Flow = "noop" }, cancellationToken);
            var at = await arrived.ReadAsync(cancellationToken);
            // the first ones meet code that is not compiled yet
            if (run >= Runs / 5) times.Add(TimeProvider.System.GetElapsedTime(start, at).TotalMilliseconds);
        }

        return times;
    }

    private sealed class IdleAgent(string folder, Uri controller, string joinToken) : IDisposable
    {
        private readonly AgentIdentityFile _identity = AgentIdentityFile.OpenOrCreate(folder);
        private readonly ControllerHttp _http = new(
            new AgentOptions { Name = "idle", DataDirectory = folder, Controller = controller }, TimeProvider.System);

        private long _claims;

        public async Task JoinAsync(CancellationToken cancellationToken)
        {
            var request = new EnrolRequest("idle", Convert.ToBase64String(_identity.PublicKey.Span))
            {
                JoinToken = joinToken, Runtimes = ["fake"],
            };
            await new Enrolment(_http, _identity, request, NullLogger.Instance).RunAsync(
                TimeProvider.System, new Jitter(new Random(1)), cancellationToken);
        }

        public async Task WaitAsync(ChannelWriter<long> arrived, int waitMilliseconds, CancellationToken stop)
        {
            using var link = new HttpControllerLink(_http, _identity, TimeProvider.System);
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    var request = new ClaimRequest(new ClaimNonce(1, _claims + 1), 1, waitMilliseconds)
                    {
                        Runtimes = ["fake"],
                    };
                    var answer = await link.ClaimAsync(request, stop);
                    _claims++;
                    foreach (var assignment in answer.Assignments)
                    {
                        arrived.TryWrite(TimeProvider.System.GetTimestamp());
                        await link.FinishAsync(
                            new FinishRequest(
                                assignment.Fence, new AttemptOutcome(RunStatus.Success, ReasonCode.Exit)), stop);
                    }
                }
                catch (Exception ended) when (ended is LinkException or OperationCanceledException)
                {
                    // asked again, unless it is over
                }
            }
        }

        public void Dispose()
        {
            _http.Dispose();
            _identity.Dispose();
        }
    }
}
