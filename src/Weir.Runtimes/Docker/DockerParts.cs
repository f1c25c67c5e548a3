using Microsoft.Win32.SafeHandles;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Docker;

/// <summary>All that was set up for one step.</summary>
internal sealed record DockerParts(ContainerSpec Spec, DockerFolder Folder, DockerRecord Record)
{
    public required StepOutput Output { get; init; }

    /// <summary>Through which the step's first process says that it has written down the end.</summary>
    public required SafeFileHandle Events { get; init; }

    /// <summary>Breaks when this process dies; null for a step that outlives it.</summary>
    public SafeFileHandle? Life { get; init; }

    /// <summary>The image by its digest, or by the engine's id.</summary>
    public string? Image => Record.Image;

    /// <summary>Whose network it is in; null for a step of an earlier life.</summary>
    public NetworkHolder? Holder { get; init; }

    /// <summary>The gate, when it is held open already.</summary>
    public SafeFileHandle? Gate { get; init; }

    /// <summary>Who the step runs as, when its workspace must be given to it.</summary>
    public int? User { get; init; }

    public string Container => Record.Container;

    public MarkerFormat Format => new(Record.Nonce);

    /// <summary>Holds the step's pipes open from this side, from the beginning of all output.</summary>
    public static DockerParts Open(
        EventThread events, ContainerSpec spec, DockerFolder folder, DockerRecord record, UndoStack undo)
    {
        var (stdout, stderr) = folder.OpenStreams();
        var output = new StepOutput(events, new MarkerFormat(record.Nonce), stdout, stderr);
        undo.Add(output.Dispose);
        var told = Posix.Open(folder.Events, Posix.ReadWrite | Posix.NonBlocking);
        undo.Add(told.Dispose);
        var life = spec.DiesWithAgent ? Posix.Open(folder.Life, Posix.ReadWrite | Posix.NonBlocking) : null;
        if (life is not null) undo.Add(life.Dispose);
        return new DockerParts(spec, folder, record) { Output = output, Events = told, Life = life };
    }

    /// <summary>
    /// Where the commands begin, as the step sees it. Throws <see cref="RuntimeException"/> for a relative folder that
    /// is outside the workspace or not there; an absolute one is the image's.
    /// </summary>
    public string Workdir()
    {
        if (Spec.Work.Workdir is not { } given) return DockerFolder.Workspace;
        if (Path.IsPathRooted(given)) return given;
        var workspace = Path.GetFullPath(Spec.Workspace);
        var workdir = Path.GetFullPath(Path.Combine(workspace, given));
        if (workdir != workspace && !workdir.StartsWith(workspace + "/", StringComparison.Ordinal))
        {
            throw new RuntimeException($"workdir '{given}' is outside the workspace") { UserFault = true };
        }

        if (Directory.Exists(workdir)) return DockerFolder.Workspace + workdir[workspace.Length..];
        throw new RuntimeException($"workdir '{given}' is not in the workspace") { UserFault = true };
    }

    public void Close()
    {
        Output.Dispose();
        Events.Dispose();
        Life?.Dispose();
        Gate?.Dispose();
    }
}
