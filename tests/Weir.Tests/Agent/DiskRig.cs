using Weir.Agent;
using Weir.Agent.Folders;
using Weir.Contracts.AgentProtocol;
using Weir.Testing;

namespace Weir.Tests.Agent;

/// <summary>Folders of agents on the real disk, without agents.</summary>
public abstract class DiskRig : IDisposable
{
    private readonly List<DiskAgentDirectory> _open = [];
    private readonly Stack<string> _mounted = [];

    protected string Root { get; } = Directory.CreateTempSubdirectory("weir-disk-").FullName;

    protected ManualTime Time { get; } = new();

    public void Dispose()
    {
        foreach (var directory in _open)
        {
            directory.Attempts().ToList().ForEach(attempt => attempt.Remove());
            directory.Dispose();
        }

        foreach (var folder in _mounted) Mounts.Unmount(folder);
        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Skips the test where only root may mount.</summary>
    protected async Task MountAsync(string folder, params string[] arguments)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root mounts file systems");
        Directory.CreateDirectory(folder);
        Assert.Equal(0, (await HostProgram.RunAsync("mount", [.. arguments, folder])).Code);
        _mounted.Push(folder);
    }

    protected static WorkspaceSource From(string step, string? digest = null) => new(step, 1, "agent", digest);

    protected static Task<Stream> NoBlobs(string digest, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("nothing was to be fetched");

    protected static void Leave(AttemptFolder attempt)
    {
        attempt.LeaveWorkspace(succeeded: true);
        attempt.Remove();
    }

    /// <summary>The agent's folder as its next life finds it.</summary>
    protected DiskAgentDirectory Open(string name = "agent", Func<AgentOptions, AgentOptions>? options = null)
    {
        var usual = new AgentOptions
        {
            Name = name, DataDirectory = Path.Combine(Root, name), KeepFreeBytes = 0, SnapshotBytes = 1 << 20,
        };
        var directory = new DiskAgentDirectory(options?.Invoke(usual) ?? usual, Time);
        _open.Add(directory);
        return directory;
    }

    protected AttemptRecord RecordOf(string step, StepWork work, int attempt) => new(
        new Assignment(new AttemptFence("01run", step, attempt, 1), work)
        {
            Namespace = "default",
            Flow = "f",
            RunNumber = 1,
            LeaseMilliseconds = 30_000,
            DisconnectMilliseconds = 0,
        },
        0,
        "fake",
        Time.GetUtcNow());

    protected async Task<AttemptFolder> BeginAsync(
        DiskAgentDirectory directory, string step, StepWork work, int attempt = 1, OpenBlob? blobs = null,
        bool seen = true)
    {
        var folder = directory.Begin(RecordOf(step, work, attempt));
        var needs = new WorkspaceNeeds(blobs ?? NoBlobs, (_, _) => Task.FromResult(seen));
        await folder.PrepareWorkspaceAsync(needs, CancellationToken.None);
        return folder;
    }
}
