using System.Globalization;
using Weir.Agent.Folders;
using Weir.Contracts.AgentProtocol;
using Weir.Testing;

namespace Weir.Tests.Agent;

/// <summary>Branches of a workspace on real overlays, as root.</summary>
public sealed class LayerTests : DiskRig
{
    private static readonly StepWork Kept = new() { KeepWorkspace = true };

    private string Work => Path.Combine(Root, "agent", "work", "01run");

    [Fact]
    public async Task Branches_see_what_was_there_and_not_each_other()
    {
        var directory = OpenWithLayers();
        Leave(await WithFileAsync(directory, "one", Kept));
        var (left, right) = (await BranchAsync(directory, "left"), await BranchAsync(directory, "right"));
        File.AppendAllText(In(left, "file"), "left");
        File.Delete(In(right, "file"));
        Directory.Move(In(right, "folder"), In(right, "moved"));

        Assert.True(IsMounted(left.WorkspacePath) && IsMounted(right.WorkspacePath));
        Assert.Equal("oneleft", File.ReadAllText(In(left, "file")));
        Assert.Equal(["moved"], Directory.GetFileSystemEntries(right.WorkspacePath).Select(Path.GetFileName));
        Assert.Equal("deep", File.ReadAllText(In(right, "moved/inner")));
        Assert.Equal("one", File.ReadAllText(Path.Combine(Work, "one-1", "file")));
        Assert.Equal("deep", File.ReadAllText(In(left, "folder/inner")));
    }

    [Fact]
    public async Task What_is_collected_of_a_branch_is_all_of_it()
    {
        var directory = OpenWithLayers();
        Leave(await WithFileAsync(directory, "one", Kept));
        var branch = await BranchAsync(directory, "left");
        File.WriteAllText(In(branch, "folder/own"), "new");
        var artifact = await branch.PackAsync(new ArtifactWork("a", "folder/", true), CancellationToken.None);
        var whole = await branch.PackWorkspaceAsync(CancellationToken.None);
        var there = await BeginAsync(
            Open("there"), "two", new StepWork { Workspace = From("left", whole.Digest) },
            blobs: (_, _) => Task.FromResult(whole.Open()));

        Assert.Equal(2, artifact!.Files);
        Assert.Equal(3, whole.Files);
        Assert.Equal("one", File.ReadAllText(In(there, "file")));
        Assert.Equal("new", File.ReadAllText(In(there, "folder/own")));
    }

    [Fact]
    public async Task A_workspace_that_another_user_gets_is_not_copied_by_that()
    {
        var directory = OpenWithLayers();
        var first = await BeginAsync(directory, "one", Kept);
        File.WriteAllBytes(In(first, "large"), new byte[8 << 20]);
        Leave(first);
        var branch = await BranchAsync(directory, "left");
        await RunAsync("chown", "-R", "1234:1234", branch.WorkspacePath);

        Assert.Equal(8 << 20, new FileInfo(In(branch, "large")).Length);
        Assert.Equal("1234", await ReadAsync("stat", "-c", "%u", In(branch, "large")));
        Assert.Equal("0", await ReadAsync("stat", "-c", "%u", Path.Combine(Work, "one-1", "large")));
        var own = await ReadAsync("du", "-sk", Path.Combine(Work, "left-1.layer", "upper"));
        Assert.InRange(int.Parse(own.Split('\t')[0], CultureInfo.InvariantCulture), 0, 64);
    }

    [Fact]
    public async Task What_branches_stand_on_is_out_of_reach_of_the_user_it_belongs_to()
    {
        var directory = OpenWithLayers();
        await RunAsync("chmod", "o+x", Root);
        var first = await WithFileAsync(directory, "one", Kept);
        await RunAsync("chown", "-R", "1234:1234", first.WorkspacePath);
        Leave(first);
        var branch = await BranchAsync(directory, "left");
        await RunAsync("chown", "-R", "1234:1234", branch.WorkspacePath);
        string[] user = ["setpriv", "--reuid=1234", "--regid=1234", "--clear-groups", "--"];

        await RunAsync(user[0], [.. user[1..], "test", "-w", In(branch, "file")]);
        foreach (var place in (string[])["one-1/file", "left-1.layer/upper"])
        {
            var reached = await HostProgram.RunAsync(user[0], [.. user[1..], "test", "-e", Path.Combine(Work, place)]);
            Assert.Equal(1, reached.Code);
        }
    }

    [Fact]
    public async Task A_chain_after_a_branch_takes_its_layer_over()
    {
        var directory = OpenWithLayers();
        Leave(await WithFileAsync(directory, "one", Kept));
        var branch = await WithFileAsync(directory, "left", Kept with { Workspace = From("one") });
        var before = await ReadAsync("stat", "-c", "%d:%i", branch.WorkspacePath);
        Leave(branch);
        var next = await BeginAsync(
            directory, "next", new StepWork { Workspace = From("left"), WorkspaceIsHandedOn = true });

        Assert.Equal(before, await ReadAsync("stat", "-c", "%d:%i", next.WorkspacePath));
        Assert.Equal("left", File.ReadAllText(In(next, "file")));
        Assert.False(Directory.Exists(branch.WorkspacePath));
        File.WriteAllText(In(next, "more"), "x");
        Leave(next);
        Assert.Equal(["one-1"], Names().Where(name => name != "moved"));
        Assert.Empty(Mounted());
    }

    [Fact]
    public async Task A_stack_is_flattened_when_it_is_high()
    {
        var directory = OpenWithLayers();
        Leave(await WithFileAsync(directory, "s0", Kept));
        var heights = new List<int>();
        for (var i = 1; i <= WorkspaceLayers.MostLayers + 3; i++)
        {
            var step = await BeginAsync(directory, $"s{i}", Kept with { Workspace = From($"s{i - 1}") });
            Assert.Equal("s0", File.ReadAllText(In(step, "file")));
            File.WriteAllText(In(step, $"own{i}"), "x");
            Assert.Equal(i, Directory.GetFiles(step.WorkspacePath, "own*").Length);
            heights.Add(LayerStack.Read(step.WorkspacePath)?.Names.Count ?? 1);
            Leave(step);
        }

        Assert.Equal([2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3], heights);
    }

    [Fact]
    public async Task The_next_life_keeps_what_a_step_works_in_and_unmounts_the_rest()
    {
        var directory = OpenWithLayers();
        Leave(await WithFileAsync(directory, "one", Kept));
        Leave(await WithFileAsync(directory, "left", Kept with { Workspace = From("one") }));
        var going = await BranchAsync(directory, "right");
        File.WriteAllText(In(going, "own"), "x");
        var foreign = Path.Combine(Work, "foreign");
        await MountAsync(foreign, "-t", "tmpfs", "none");
        var next = Open();
        var found = Assert.Single(next.Attempts());

        Assert.True(found.HasWorkspace);
        Assert.Equal("x", File.ReadAllText(In(found, "own")));
        Assert.Equal([going.WorkspacePath], Mounted());
        Assert.True(IsMounted(foreign));
        var again = await BeginAsync(
            next, "after", new StepWork { Workspace = From("left"), WorkspaceIsHandedOn = true });
        Assert.Equal("left", File.ReadAllText(In(again, "file")));
        next.Dispose();
        Assert.Equal(2, Mounted().Count);
        Assert.True(IsMounted(foreign));
    }

    [Fact]
    public async Task A_step_whose_workspace_was_unmounted_meanwhile_is_not_taken_up()
    {
        var directory = OpenWithLayers();
        Leave(await WithFileAsync(directory, "one", Kept));
        var going = await BranchAsync(directory, "left");
        await RunAsync("umount", going.WorkspacePath);

        Assert.False(Assert.Single(Open().Attempts()).HasWorkspace);
    }

    [Fact]
    public async Task Workspaces_that_stand_on_each_other_are_tidied_together_and_not_while_one_is_worked_in()
    {
        var directory = OpenWithLayers();
        Leave(await WithFileAsync(directory, "one", Kept));
        Leave(await WithFileAsync(directory, "left", Kept with { Workspace = From("one") }));
        var going = await BranchAsync(directory, "right");
        foreach (var entry in new DirectoryInfo(Work).GetFileSystemInfos())
            entry.LastWriteTimeUtc = Time.GetUtcNow().UtcDateTime - TimeSpan.FromHours(25);
        directory.Tidy();
        Assert.Equal("one", File.ReadAllText(In(going, "file")));
        Assert.True(Directory.Exists(Path.Combine(Work, "left-1.layer")));

        Leave(going);
        foreach (var entry in new DirectoryInfo(Work).GetFileSystemInfos())
            entry.LastWriteTimeUtc = Time.GetUtcNow().UtcDateTime - TimeSpan.FromHours(25);
        directory.Tidy();
        Assert.Empty(Mounted());
        Assert.False(Directory.Exists(Path.Combine(Work, "one-1")));
    }

    [Theory]
    [InlineData(true, "a, b")]
    [InlineData(false, "agent")]
    public async Task Where_a_layer_cannot_be_each_branch_is_a_copy(bool seen, string name)
    {
        var directory = Open(name);
        Leave(await WithFileAsync(directory, "one", Kept));
        var branch = await BeginAsync(directory, "left", Kept with { Workspace = From("one") }, seen: seen);
        File.AppendAllText(In(branch, "file"), "left");

        Assert.Equal("oneleft", File.ReadAllText(In(branch, "file")));
        Assert.Equal("one", File.ReadAllText(Path.Combine(Root, name, "work/01run/one-1/file")));
        Assert.Empty(Mounted());
        Assert.Empty(Directory.GetDirectories(Path.Combine(Root, name, "work/01run"), "*.layer"));
    }

    [Fact]
    public async Task A_disk_that_no_overlay_can_write_to_gets_copies()
    {
        foreach (var folder in (string[])["l", "u", "w"]) Directory.CreateDirectory(Path.Combine(Root, folder));
        await MountAsync(
            Path.Combine(Root, "agent"), "-t", "overlay", "none",
            "-o", $"lowerdir={Root}/l,upperdir={Root}/u,workdir={Root}/w");
        var directory = Open();
        Leave(await WithFileAsync(directory, "one", Kept));
        var branch = await BranchAsync(directory, "left");
        Assert.Equal("one", File.ReadAllText(In(branch, "file")));
        Assert.False(IsMounted(branch.WorkspacePath));
    }

    [Fact]
    public async Task A_layer_that_one_runtime_sees_is_copied_for_another()
    {
        var directory = OpenWithLayers();
        Leave(await WithFileAsync(directory, "one", Kept));
        Leave(await WithFileAsync(directory, "left", Kept with { Workspace = From("one") }));
        var work = new StepWork { Workspace = From("left"), WorkspaceIsHandedOn = true };
        var blind = await BeginAsync(directory, "next", work, seen: false);

        Assert.Equal("left", File.ReadAllText(In(blind, "file")));
        Assert.Equal("deep", File.ReadAllText(In(blind, "folder/inner")));
        Assert.False(IsMounted(blind.WorkspacePath));
    }

    private static string In(AttemptFolder attempt, string name) => Path.Combine(attempt.WorkspacePath, name);

    private static bool IsMounted(string folder) => Posix.IsMountPoint(folder);

    private static async Task RunAsync(string program, params string[] arguments) =>
        Assert.Equal(0, (await HostProgram.RunAsync(program, arguments)).Code);

    private static async Task<string> ReadAsync(string program, params string[] arguments) =>
        (await HostProgram.RunAsync(program, arguments)).Output;

    private IReadOnlyList<string> Mounted() => Mounts.Below(Root);

    private IEnumerable<string> Names() =>
        Directory.GetFileSystemEntries(Work).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private DiskAgentDirectory OpenWithLayers()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root mounts overlays");
        return Open();
    }

    private Task<AttemptFolder> BranchAsync(DiskAgentDirectory directory, string step) =>
        BeginAsync(directory, step, new StepWork { Workspace = From("one") });

    private async Task<AttemptFolder> WithFileAsync(DiskAgentDirectory directory, string step, StepWork work)
    {
        var attempt = await BeginAsync(directory, step, work);
        File.WriteAllText(In(attempt, "file"), step);
        Directory.CreateDirectory(In(attempt, "folder"));
        File.WriteAllText(In(attempt, "folder/inner"), "deep");
        return attempt;
    }
}
