using Microsoft.Extensions.Logging.Abstractions;
using Weir.Engine;
using Weir.Engine.Identity;
using Weir.Engine.Running;
using Weir.Engine.Scheduling;

namespace Weir.Testing.Simulation;

/// <summary>One life of the controller: the real core over stores that survive it.</summary>
internal sealed class SimController
{
    public SimController(SimWorld world, Safeguards safeguards)
    {
        var stores = new ControllerStores(
            world.Rows, new SimStore(world.Rows, world), new SimLogStore(world.Logs, world), world.Blobs);
        var sources = new CoreSources(world.Clock, new IdSource(world.Clock, world.Random), NullLoggerFactory.Instance);
        Core = new ControllerCore(stores, static (_, _, _, _) => default, sources, new RunTiming(), safeguards);
        Process = new SimProcess(world.Scheduler, "controller");
        Process.Post(_ => _ = Core.Timers.RunAsync(CancellationToken.None), null);
        UpSince = world.Clock.GetUtcNow();
    }

    public SimProcess Process { get; }
    public DateTimeOffset UpSince { get; }
    public ControllerCore Core { get; }
}
