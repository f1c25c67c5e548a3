using System.Diagnostics;
using Weir.Agent;
using Weir.Agent.Folders;
using Weir.Contracts.AgentProtocol;

namespace Weir.Bench;

/// <summary>
/// A workspace of 500 MB packed under its digest and unpacked from it, beside <c>tar</c> on the same files.
/// </summary>
internal static class WorkspaceBenchmark
{
    private const int Files = 5_000;
    private const int FileBytes = 100_000;
    private const int Folders = 50;
    private const int Rounds = 3;
    private const double Asked = 0.5;

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var root = Directory.CreateTempSubdirectory("weir-bench-").FullName;
        try
        {
            return await MeasureAsync(root, cancellationToken);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static readonly WorkspaceNeeds Needs = new(NoBlobs, (_, _) => Task.FromResult(true));

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(string root, CancellationToken cancellationToken)
    {
        var agent = new DiskAgentDirectory(
            new AgentOptions { Name = "bench", DataDirectory = Path.Combine(root, "agent") }, TimeProvider.System);
        var first = Begin(agent, "first", new StepWork { KeepWorkspace = true });
        await first.PrepareWorkspaceAsync(Needs, cancellationToken);
        Fill(first.WorkspacePath);
        var (packs, restores, tars, untars) = (NewTimes(), NewTimes(), NewTimes(), NewTimes());
        var (tar, there) = (Path.Combine(root, "peer.tar"), Path.Combine(root, "peer"));
        for (var round = 0; round < Rounds; round++)
        {
            Parcel? parcel = null;
            packs.Add(await Medians.TimeAsync(async () => parcel = await first.PackWorkspaceAsync(cancellationToken)));
            var work = new StepWork { Workspace = new WorkspaceSource("gone", 1, "other", parcel!.Digest) };
            var second = Begin(agent, $"second-{round}", work);
            restores.Add(await Medians.TimeAsync(() => second.PrepareWorkspaceAsync(Needs, cancellationToken)));
            second.LeaveWorkspace(succeeded: true);
            second.Remove();
            tars.Add(await Medians.TimeAsync(() => TarAsync(["-cf", tar, "-C", first.WorkspacePath, "."])));
            Directory.CreateDirectory(there);
            untars.Add(await Medians.TimeAsync(() => TarAsync(["-xf", tar, "-C", there])));
            Directory.Delete(there, recursive: true);
        }

        return
        [
            FigureOf("snapshot of a 500 MB workspace", Medians.Of(packs), Medians.Of(tars)),
            FigureOf("restore of a 500 MB workspace", Medians.Of(restores), Medians.Of(untars)),
        ];
    }

    private static List<double> NewTimes() => new(Rounds);

    private static Figure FigureOf(string name, double ours, double peer) => new(
        name, $"{ours:0} ms", $"tar {peer:0} ms", peer / ours, $"≥ {Asked:0.0}", peer / ours >= Asked);

    private static AttemptFolder Begin(DiskAgentDirectory agent, string step, StepWork work) => agent.Begin(
        new AttemptRecord(
            new Assignment(new AttemptFence("01run", step, 1, 1), work)
            {
                Namespace = "default",
                Flow = "bench",
                RunNumber = 1,
                LeaseMilliseconds = 30_000,
                DisconnectMilliseconds = 0,
            },
            0, "process", TimeProvider.System.GetUtcNow()));

    private static Task<Stream> NoBlobs(string digest, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"{digest} should be here");

    private static void Fill(string folder)
    {
        var bytes = new byte[FileBytes];
        var random = new Random(1);
        for (var i = 0; i < Files; i++)
        {
            var inner = Directory.CreateDirectory(Path.Combine(folder, $"folder-{i % Folders}")).FullName;
            random.NextBytes(bytes);
            File.WriteAllBytes(Path.Combine(inner, $"file-{i}"), bytes);
        }
    }

    private static async Task TarAsync(string[] arguments)
    {
        using var tar = Process.Start(new ProcessStartInfo("tar", arguments) { UseShellExecute = false })!;
        await tar.WaitForExitAsync();
        if (tar.ExitCode != 0) throw new InvalidOperationException($"tar ended with {tar.ExitCode}");
    }
}
