using System.Globalization;
using System.Security.Cryptography;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Flows;
using Weir.Engine.Runtimes;
using Weir.Engine.Security;
using Weir.Runtimes.Docker.Api;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Docker;

/// <summary>Makes the container of a step and starts it, up to its gate.</summary>
internal sealed class DockerMaker(
    DockerRuntimeOptions options, DockerHost host, DockerNames names, NetworkHolders holders)
{
    private const int NonceDigits = 32;
    private const double NanoCpus = 1e9;

    // What package managers need to install files of other users and to run as them; none of it reaches outside.
    private static readonly string[] Capabilities =
        ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID"];

    private static readonly string[] ShellFaults =
        ["executable file not found", "no such file or directory", "permission denied", "exec format error"];

    private readonly ImageShelf _images = new(host.Engine, options, host.Time);
    private readonly ImageUsers _users = new(host.Engine);

    /// <summary>Throws <see cref="RuntimeException"/> when it cannot be made; nothing is left behind then.</summary>
    public async Task<DockerParts> MakeAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        var undo = new UndoStack();
        try
        {
            return await MakeAsync(spec, undo, cancellationToken);
        }
        catch (Exception exception)
        {
            await undo.UndoAsync();
            if (DockerHost.IsTrouble(exception) || exception is UnauthorizedAccessException)
            {
                throw new RuntimeException($"the container could not be made: {exception.Message}", exception)
                {
                    UserFault = IsUserFault(exception),
                };
            }

            throw;
        }
    }

    /// <summary>Brings the image of a step that may come; if it cannot be had, the step will say so.</summary>
    public async Task BringImageAsync(StepWork work)
    {
        try
        {
            await ImageOfAsync(work, (null, null), CancellationToken.None);
        }
        catch (Exception exception) when (exception is RuntimeException || DockerHost.IsTrouble(exception))
        {
            // nobody waits for it yet
        }
    }

    /// <summary>Tells of the pull that the step's image needs, if it is under way.</summary>
    public void TellOfPull(ContainerSpec spec)
    {
        if (spec is { Tell: { } tell, Work.Image: { } image }) _images.Listen(image, tell);
    }

    public async Task<bool> RunsAsync(string container) =>
        await host.Engine.Containers.InspectAsync(container, CancellationToken.None) is { State.Running: true };

    private async Task<DockerParts> MakeAsync(ContainerSpec spec, UndoStack undo, CancellationToken cancellationToken)
    {
        var image = await ImageOfAsync(spec.Work, (spec.Login, spec.Tell), cancellationToken);
        var folder = new DockerFolder(Path.GetFullPath(spec.Folder));
        undo.Add(folder.Remove);
        folder.Create();
        var nonce = RandomNumberGenerator.GetHexString(NonceDigits, lowercase: true);
        var name = image.RepoDigests is [var digest, ..] ? digest : image.Id;
        var parts = DockerParts.Open(host.Events, spec, folder, new DockerRecord("", nonce, name), undo);
        var (id, holder) = await StartAsync(spec, image, name, undo, cancellationToken);
        parts = parts with
        {
            Record = parts.Record with { Container = id },
            Holder = holder,
            User = Environment.IsPrivilegedProcess
                ? await _users.FindAsync(image, id, cancellationToken)
                : null,
        };
        folder.Save(parts.Record);
        return parts;
    }

    private async Task<ImageFacts> ImageOfAsync(
        StepWork work, (RegistryLogin? Login, Action<string>? Tell) with, CancellationToken cancellationToken)
    {
        var name = work.Image ?? options.DefaultImage
            ?? throw new RuntimeException("a step in the docker runtime needs an image") { UserFault = true };
        return await _images.GetAsync(new WantedImage(name, work.Pull, with.Login), with.Tell, cancellationToken);
    }

    // A holder that was removed, or died with its engine, is found out when the step wants to join it.
    private async Task<(string Id, NetworkHolder Holder)> StartAsync(
        ContainerSpec spec, ImageFacts image, string name, UndoStack undo, CancellationToken cancellationToken)
    {
        var network = spec.Work.Limits.Network ?? "default";
        for (var again = false; ; again = true)
        {
            var holder = await holders.RentAsync(network, cancellationToken);
            string? id = null;
            try
            {
                // Not to be cut short: the engine would make it all the same, and nobody would know its id.
                id = await host.Engine.Containers.CreateAsync(
                    names.Step(spec.Id), Describe(spec, image.Id, name, holder), CancellationToken.None);
                await host.Engine.Containers.StartAsync(id, cancellationToken);
                undo.Add(() => holders.GiveBack(holder));
                undo.Add(() => host.Engine.Containers.RemoveAsync(id, CancellationToken.None));
                return (id, holder);
            }
            catch (Exception exception) when (
                DockerHost.IsTrouble(exception) || exception is OperationCanceledException)
            {
                if (id is not null) await host.Engine.Containers.RemoveAsync(id, CancellationToken.None);
                if (await RunsAsync(holder.Id))
                {
                    holders.GiveBack(holder);
                    throw;
                }

                holders.Forget(holder);
                if (again) throw;
            }
        }
    }

    private CreateContainer Describe(ContainerSpec spec, string image, string imageName, NetworkHolder holder)
    {
        var folder = new DockerFolder(Path.GetFullPath(spec.Folder));
        var labels = names.Labels(DockerNames.StepRole);
        labels[DockerNames.StepLabel] = spec.Id;
        labels[DockerNames.FolderLabel] = folder.Path;
        labels[DockerNames.ImageLabel] = imageName;
        var arguments = GateShell.Arguments(spec.Work.Shell, spec.DiesWithAgent);
        return new CreateContainer
        {
            Image = image,
            User = Environment.IsPrivilegedProcess ? null : OwnUser(),
            Entrypoint = [arguments[0]],
            Cmd = [.. arguments.Skip(1)],
            Env = [$"HOME={DockerFolder.HomeInside}", "LANG=C.UTF-8", "TERM=dumb"],
            Healthcheck = new HealthCheck(["NONE"]),
            Labels = labels,
            HostConfig = Limit(spec.Work.Limits) with
            {
                NetworkMode = $"container:{holder.Id}",
                // Unlike its shorter form, this refuses a folder that is not there instead of making it.
                Mounts =
                [
                    new Mount(folder.Shared, DockerFolder.Inside, ReadOnly: true),
                    new Mount(folder.Step, DockerFolder.StepInside),
                    new Mount(Path.GetFullPath(spec.Workspace), DockerFolder.Workspace),
                ],
            },
        };
    }

    private HostConfig Limit(StepLimits limits) => new()
    {
        CapDrop = ["ALL"],
        CapAdd = Capabilities,
        SecurityOpt = ["no-new-privileges"],
        Memory = limits.MemoryBytes ?? 0,
        MemorySwap = limits.MemoryBytes ?? 0,
        NanoCpus = (long)((limits.Cpu ?? 0) * NanoCpus),
        PidsLimit = limits.Pids ?? options.DefaultPids,
        LogConfig = new LogConfig("none"),
    };

    private static string OwnUser() =>
        string.Create(CultureInfo.InvariantCulture, $"{Posix.EffectiveUser()}:{Posix.EffectiveGroup()}");

    private static bool IsUserFault(Exception exception) => exception is EngineException { Status: not null } refused
        && refused.Message.Contains("exec", StringComparison.Ordinal)
        && ShellFaults.Any(text => refused.Message.Contains(text, StringComparison.Ordinal));
}
