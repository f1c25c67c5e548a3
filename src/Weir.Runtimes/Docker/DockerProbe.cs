using System.Net.Sockets;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Docker.Api;

namespace Weir.Runtimes.Docker;

/// <summary>What this machine's engine offers, for whoever wants to know before using it.</summary>
/// <param name="Socket">Where it was looked for; null when the user's engine is not on a Unix socket.</param>
/// <param name="Problem">Why it cannot be used; null when it can.</param>
public sealed record DockerProbe(string? Socket, string? Problem)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public string Version { get; private init; } = "";

    /// <summary>The newest API that it speaks.</summary>
    public string Api { get; private init; } = "";

    /// <summary>What steps will lack on it, each in a few words.</summary>
    public IReadOnlyList<string> Lacks { get; private init; } = [];

    /// <summary>Whether containers live on while the engine is restarted.</summary>
    public bool KeepsContainers { get; private init; }

    /// <summary>Looks for the engine of <c>DOCKER_HOST</c>, the user's context, or the usual places.</summary>
    /// <param name="setting">An environment variable of the user.</param>
    /// <param name="time">The clock of its patience.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public static async Task<DockerProbe> LookAsync(
        Func<string, string?> setting, TimeProvider time, CancellationToken cancellationToken)
    {
        if (new DockerFiles(setting).FindSocket() is not { } socket)
        {
            return new DockerProbe(null, "DOCKER_HOST or the context names an engine that is on no Unix socket");
        }

        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        using var engine = new EngineClient(socket);
        try
        {
            var api = await engine.PingAsync(either.Token);
            var info = await engine.InfoAsync(either.Token);
            return new DockerProbe(socket, null)
            {
                Version = info.ServerVersion,
                Api = api,
                Lacks = [.. LacksOf(info)],
                KeepsContainers = info.LiveRestoreEnabled,
            };
        }
        catch (Exception exception) when (DockerHost.IsTrouble(exception) || late.IsCancellationRequested)
        {
            var reason = late.IsCancellationRequested ? "it does not answer" : ReasonOf(exception, socket);
            return new DockerProbe(socket, $"no engine at {socket}: {reason}");
        }
    }

    // The system's own word for a socket that is not there speaks of an address that cannot be assigned.
    private static string ReasonOf(Exception exception, string socket) => exception.InnerException switch
    {
        _ when !File.Exists(socket) => "there is no such socket",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "this user may not use it (group docker?)",
        SocketException refused => refused.Message,
        _ => exception.Message,
    };

    /// <summary>Names of the images that the engine has, the newest first; empty when it does not answer.</summary>
    public async Task<IReadOnlyList<string>> ListImagesAsync(CancellationToken cancellationToken)
    {
        if (Problem is not null) return [];
        using var engine = new EngineClient(Socket!);
        try
        {
            var holder = $"{HolderImage.Name.Repository}:{HolderImage.Name.Tag}";
            var images = await engine.Images.ListAsync(cancellationToken);
            return
            [
                .. images.OrderByDescending(image => image.Created).SelectMany(image => image.RepoTags ?? [])
                    .Where(name => !name.EndsWith(holder, StringComparison.Ordinal) && !name.Contains('<')),
            ];
        }
        catch (Exception exception) when (DockerHost.IsTrouble(exception))
        {
            return [];
        }
    }

    /// <summary>Whether the engine has the image, or gets it within the time; null = it has, else why not.</summary>
    public async Task<string?> BringAsync(
        string image, TimeSpan within, Func<string, string?> setting, TimeProvider time,
        CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(within, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        using var engine = new EngineClient(Socket!);
        var options = new DockerRuntimeOptions { Folder = "", Socket = Socket!, Setting = setting };
        try
        {
            await new ImageShelf(engine, options, time).GetAsync(
                new WantedImage(image, null, null), null, either.Token);
            return null;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return $"image {image} is not here and was not pulled within {within.TotalSeconds} s";
        }
        catch (Exception exception) when (DockerHost.IsTrouble(exception) || exception is RuntimeException)
        {
            return exception.Message;
        }
    }

    private static IEnumerable<string> LacksOf(EngineInfo info)
    {
        if (!info.MemoryLimit) yield return "limits of memory";
        if (!info.PidsLimit) yield return "limits of processes";
        if (!info.CpuCfsQuota) yield return "limits of processor time";
        if (!info.BridgeNfIptables) yield return "a wall between the steps' networks (br_netfilter)";
        if (!info.SecurityOptions.Any(option => option.Contains("seccomp", StringComparison.Ordinal)))
            yield return "a filter of system calls (seccomp)";
    }
}
