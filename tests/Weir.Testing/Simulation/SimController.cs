using Microsoft.Extensions.Logging.Abstractions;
using Weir.Engine;
using Weir.Engine.Identity;
using Weir.Engine.Running;
using Weir.Engine.Scheduling;

namespace Weir.Testing.Simulation;

/// <summary>One life of a controller: the real core over stores that survive it.</summary>
internal sealed class SimController
{
    public SimController(SimWorld world, int number, Safeguards safeguards)
    {
        Number = number;
        var records = new SimStore(world.Rows, world, this, safeguards);
        var documents = new SimDocuments(world.Rows, world, this);
        var stores = new ControllerStores(documents, records, new SimLogStore(world.Logs, world), world.Blobs);
        var ids = new IdSource(world.Clock, world.Random);
        var sources = new CoreSources(world.Clock, ids, NullLoggerFactory.Instance)
        {
            Controller = world.HasSeveralControllers ? $"controller-{number}" : null,
        };
        Core = new ControllerCore(stores, static (_, _, _, _) => default, sources, new RunTiming(), safeguards);
        Process = new SimProcess(world.Scheduler, "controller");
        Process.Post(_ => _ = Core.Timers.RunAsync(CancellationToken.None), null);
        Process.Post(_ => _ = Core.GroupLoop.RunAsync(CancellationToken.None), null);
        if (world.HasSeveralControllers)
        {
            Process.Post(_ => _ = Core.Leadership.RunAsync(CancellationToken.None), null);
            Process.Post(_ => _ = Core.Followed.RunAsync(CancellationToken.None), null);
        }

        UpSince = world.Clock.GetUtcNow();
    }

    public int Number { get; }
    public SimProcess Process { get; }
    public DateTimeOffset UpSince { get; }
    public ControllerCore Core { get; }

    /// <summary>Its way to the store is broken: nothing gets there, and no answer comes back.</summary>
    public bool IsCutFromStore { get; set; }
}
