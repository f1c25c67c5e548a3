using Weir.Engine.Runtimes;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Process;

/// <summary>All that was set up for one step.</summary>
internal sealed record StepParts(ContainerSpec Spec, StepFolder Folder)
{
    public required MarkerFormat Format { get; init; }
    public required StepOutput Output { get; init; }
    public required StepProcess Process { get; init; }
    public required StepRecord Record { get; init; }
    public required TreeOrigin Origin { get; init; }
    public required ProcessTree Tree { get; init; }
    public StepUser? User { get; init; }
    public StepGroup? Group { get; init; }

    /// <summary>
    /// Where the commands begin. Throws <see cref="RuntimeException"/> for a folder outside the workspace or not there.
    /// </summary>
    public string Workdir()
    {
        var workspace = Path.GetFullPath(Spec.Workspace);
        var workdir = Path.GetFullPath(Path.Combine(workspace, Spec.Work.Workdir ?? "."));
        if (workdir != workspace && !workdir.StartsWith(workspace + "/", StringComparison.Ordinal))
        {
            throw new RuntimeException($"workdir '{Spec.Work.Workdir}' is outside the workspace") { UserFault = true };
        }

        if (Directory.Exists(workdir)) return workdir;
        throw new RuntimeException($"workdir '{Spec.Work.Workdir}' is not in the workspace") { UserFault = true };
    }

    /// <summary>Makes the workspace the step's own, whoever filled it, and lets it into its folder.</summary>
    public void HandOver()
    {
        Origin.OpenGate();
        if (User is null) return;
        var workspace = Path.GetFullPath(Spec.Workspace);
        if (Path.GetDirectoryName(workspace) is { } parent) Folder.CheckReachable(parent);
        FolderTree.Give(workspace, User.Id);
        Folder.LetIn();
        User.OpenGate(Process.Pid);
    }

    public void Close()
    {
        Output.Dispose();
        Process.Dispose();
        User?.Leave(Process.Pid);
        Folder.Remove();
    }
}
