using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Agent.Folders;
using Weir.Agent.Links;
using Weir.Agent.Pacing;
using Weir.Contracts.Agents;
using Weir.Engine.Links;
using Weir.Engine.Runtimes;

namespace Weir.Agent;

/// <summary>An agent as a whole, on the real disk and clock.</summary>
public static class AgentHost
{
    /// <summary>
    /// Runs until drained (takes nothing more, finishes what it has) or aborted (kills what it has). Without a
    /// <paramref name="link"/> it dials <see cref="AgentOptions.Controller"/>, enrolling first; that throws the
    /// <see cref="LinkException"/> by which the controller refuses it. Throws <see cref="IOException"/> when its folder
    /// cannot be used.
    /// </summary>
    public static async Task RunAsync(
        AgentOptions options,
        IReadOnlyList<IContainerRuntime> runtimes,
        IControllerLink? link,
        TimeProvider time,
        Random random,
        ILoggerFactory? loggers,
        CancellationToken drain,
        CancellationToken abort)
    {
        using var identity = AgentIdentityFile.OpenOrCreate(options.DataDirectory);
        using var http = link is null ? new ControllerHttp(options, time) : null;
        using var dialled = http is null ? null : new HttpControllerLink(http, identity, time);
        using var directory = new DiskAgentDirectory(options, time);
        var context = new AgentContext
        {
            Options = options,
            Link = link ?? dialled!,
            Directory = directory,
            Runtimes = runtimes,
            Time = time,
            Random = random,
            Key = identity.Opening,
            Loggers = loggers ?? NullLoggerFactory.Instance,
            Host = HostFacts.Read(),
        };
        if (link is null && !await EnrolAsync(context, http!, identity, drain, abort)) return;
        await new AgentLoop(context).RunAsync(drain, abort);
    }

    private static async Task<bool> EnrolAsync(
        AgentContext context, ControllerHttp http, AgentIdentityFile identity, CancellationToken drain,
        CancellationToken abort)
    {
        var enrolment =
            new Enrolment(http, identity, EnrolOf(context, identity), context.Loggers.CreateLogger<Enrolment>());
        using var either = CancellationTokenSource.CreateLinkedTokenSource(drain, abort);
        try
        {
            await enrolment.RunAsync(context.Time, new Jitter(context.Random), either.Token);
            return true;
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return false;
        }
    }

    private static EnrolRequest EnrolOf(AgentContext context, AgentIdentityFile identity) =>
        new(context.Options.Name, Convert.ToBase64String(identity.PublicKey.Span))
        {
            JoinToken = context.Options.JoinToken,
            Slots = context.Options.Slots,
            Protocol = context.Options.Protocol,
            Runtimes = [.. context.Runtimes.Select(runtime => runtime.Name)],
            Host = context.Host,
        };
}
