using Weir.Contracts.Runs;
using Weir.Testing;

namespace Weir.Tests.Features;

public sealed class MetricsTests
{
    [Fact]
    public async Task The_page_tells_what_waits_and_what_became_of_runs()
    {
        await using var controller = await TestController.StartAsync();
        const string Flow = "name: a\nsteps: [{ commands: ['true'], runtime: fake }]";
        await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = Flow });
        var ended = await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = Flow });
        await controller.Admin.Runs.CancelAsync(ended.Run.Id);

        using var response = await controller.SendAsync(HttpMethod.Get, "/metrics");
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n');

        Assert.Contains("weir_runs_created_total 2", lines);
        Assert.Contains("weir_runs_ended_total{status=\"cancelled\"} 1", lines);
        Assert.Contains("weir_run_seconds_count{status=\"cancelled\"} 1", lines);
        Assert.Contains("weir_queue_steps 1", lines);
        Assert.Contains("weir_leases 0", lines);
        Assert.Contains("# TYPE weir_step_wait_seconds histogram", lines);
    }
}
