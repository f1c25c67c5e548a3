using System.Globalization;
using System.Security.Cryptography;
using Weir.Contracts.Flows;
using Weir.Engine.Runtimes;
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

    private readonly ImageShelf _images = new(host.Engine, options);
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

    private async Task<DockerParts> MakeAsync(ContainerSpec spec, UndoStack undo, CancellationToken cancellationToken)
    {
        var image = await ImageOfAsync(spec, cancellationToken);
        var folder = new DockerFolder(Path.GetFullPath(spec.Folder));
        undo.Add(folder.Remove);
        folder.Create();
        var nonce = RandomNumberGenerator.GetHexString(NonceDigits, lowercase: true);
        var parts = DockerParts.Open(host.Events, spec, folder, new DockerRecord("", nonce), undo);
        var id = await StartAsync(spec, image, undo, cancellationToken);
        parts = parts with
        {
            Record = new DockerRecord(id, nonce),
            User = Environment.IsPrivilegedProcess
                ? await _users.FindAsync(image, id, cancellationToken)
                : null,
        };
        folder.Save(parts.Record);
        return parts;
    }

    private async Task<ImageFacts> ImageOfAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        var name = spec.Work.Image ?? options.DefaultImage
            ?? throw new RuntimeException("a step in the docker runtime needs an image") { UserFault = true };
        return await _images.GetAsync(name, cancellationToken);
    }

    // A holder that was removed, or died with its engine, is found out when the step wants to join it.
    private async Task<string> StartAsync(
        ContainerSpec spec, ImageFacts image, UndoStack undo, CancellationToken cancellationToken)
    {
        var network = spec.Work.Limits.Network ?? "default";
        for (var again = false; ; again = true)
        {
            var holder = await holders.ForSlotAsync(spec.Slot, network, cancellationToken);
            string? id = null;
            try
            {
                id = await host.Engine.Containers.CreateAsync(
                    names.Step(spec.Id), Describe(spec, image, holder), cancellationToken);
                await host.Engine.Containers.StartAsync(id, cancellationToken);
                undo.Add(() => host.Engine.Containers.RemoveAsync(id, CancellationToken.None));
                return id;
            }
            catch (Exception exception) when (
                DockerHost.IsTrouble(exception) || exception is OperationCanceledException)
            {
                if (id is not null) await host.Engine.Containers.RemoveAsync(id, CancellationToken.None);
                if (again || !await IsGoneAsync(holder)) throw;
                await holders.ForgetAsync(spec.Slot, network, holder);
            }
        }
    }

    private async Task<bool> IsGoneAsync(string holder) =>
        await host.Engine.Containers.InspectAsync(holder, CancellationToken.None) is not { State.Running: true };

    private CreateContainer Describe(ContainerSpec spec, ImageFacts image, string holder)
    {
        var labels = names.Labels(DockerNames.StepRole);
        labels[DockerNames.StepLabel] = spec.Id;
        labels[DockerNames.FolderLabel] = Path.GetFullPath(spec.Folder);
        labels[DockerNames.ImageLabel] = image.RepoDigests is [var digest, ..] ? digest : image.Id;
        var arguments = GateShell.Arguments(spec.Work.Shell, spec.DiesWithAgent);
        return new CreateContainer
        {
            Image = image.Id,
            User = Environment.IsPrivilegedProcess ? null : OwnUser(),
            Entrypoint = [arguments[0]],
            Cmd = [.. arguments.Skip(1)],
            Env = [$"HOME={DockerFolder.HomeInside}", "LANG=C.UTF-8", "TERM=dumb"],
            Healthcheck = new HealthCheck(["NONE"]),
            Labels = labels,
            HostConfig = Limit(spec.Work.Limits) with
            {
                NetworkMode = $"container:{holder}",
                Binds =
                [
                    $"{Path.Combine(Path.GetFullPath(spec.Folder), "gate")}:{DockerFolder.Inside}:ro",
                    $"{Path.Combine(Path.GetFullPath(spec.Folder), "gate", "step")}:{DockerFolder.StepInside}",
                    $"{Path.GetFullPath(spec.Workspace)}:{DockerFolder.Workspace}",
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
