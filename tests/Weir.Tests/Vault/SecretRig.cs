using System.Text;
using Weir.Contracts.Client;
using Weir.Contracts.Runs;
using Weir.Testing;
using Weir.Tests.Agent;

namespace Weir.Tests.Vault;

/// <summary>A controller and an agent that runs real commands, both as they are shipped.</summary>
internal sealed class SecretRig : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private SecretRig(TestController controller, RunningAgent agent) => (Controller, Agent) = (controller, agent);

    public TestController Controller { get; }

    public RunningAgent Agent { get; }

    public static async Task<SecretRig> StartAsync()
    {
        var controller = await TestController.StartAsync();
        return new SecretRig(controller, await RunningAgent.JoinAsync(controller, real: true));
    }

    public async Task<RunView> StartAsync(string definition) =>
        (await Controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = definition })).Run;

    public async Task<RunView> RunAsync(string definition) => await EndAsync(await StartAsync(definition));

    public async Task<RunView> EndAsync(RunView run)
    {
        await Eventually.HoldsAsync(
            async () => (run = await Controller.Admin.Runs.GetAsync(run.Id)).Ended is not null, "the run ends", Patience);
        return run;
    }

    public async Task<string> LogAsync(RunView run, string step)
    {
        var log = new StringBuilder();
        for (var offset = 0L; ;)
        {
            var range = await Controller.Admin.Logs.ReadAsync(run.Id, step, new LogQuery { Offset = offset });
            log.Append(Encoding.UTF8.GetString(range.Bytes.Span));
            if (range.Next == offset) return log.ToString();
            offset = range.Next;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Agent.DisposeAsync();
        await Controller.DisposeAsync();
    }
}
