using System.Text.Json;
using Weir.Agent.Folders;
using Weir.Agent.Links;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;

namespace Weir.Tests.Agent;

public sealed class DiskAgentTests : DiskRig
{
    [Fact]
    public async Task A_workspace_that_others_continue_too_is_copied_with_modes_and_links()
    {
        var directory = Open();
        var first = await BeginAsync(directory, "one", new StepWork { KeepWorkspace = true });
        File.WriteAllText(Path.Combine(first.WorkspacePath, "run.sh"), "#!");
        File.SetUnixFileMode(
            Path.Combine(first.WorkspacePath, "run.sh"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Path.Combine(first.WorkspacePath, "a/b"));
        File.CreateSymbolicLink(Path.Combine(first.WorkspacePath, "a/link"), "../run.sh");
        Leave(first);
        var second = await BeginAsync(directory, "two", new StepWork { Workspace = From("one") });

        Assert.True(File.Exists(Path.Combine(first.WorkspacePath, "run.sh")));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.Combine(second.WorkspacePath, "run.sh")));
        Assert.Equal("../run.sh", new FileInfo(Path.Combine(second.WorkspacePath, "a/link")).LinkTarget);
        Assert.True(Directory.Exists(Path.Combine(second.WorkspacePath, "a/b")));
    }

    [Fact]
    public async Task A_workspace_that_nobody_else_continues_stays_as_it_was_for_a_retry()
    {
        var directory = Open();
        var first = await BeginAsync(directory, "one", new StepWork { KeepWorkspace = true });
        File.WriteAllText(Path.Combine(first.WorkspacePath, "file"), "x");
        Leave(first);
        var work = new StepWork { Workspace = From("one"), WorkspaceIsHandedOn = true };
        var second = await BeginAsync(directory, "two", work);
        File.WriteAllText(Path.Combine(second.WorkspacePath, "file"), "spoilt");
        var parcel = await second.PackSourceAsync(CancellationToken.None);
        second.LeaveWorkspace(succeeded: false);
        second.Remove();
        var here = await BeginAsync(directory, "two", work, attempt: 2);
        var there = await BeginAsync(
            Open("there"), "two", new StepWork { Workspace = From("one", parcel!.Digest) }, blobs: (_, _) =>
                Task.FromResult(parcel.Open()));

        Assert.Equal("x", File.ReadAllText(Path.Combine(here.WorkspacePath, "file")));
        Assert.Equal("x", File.ReadAllText(Path.Combine(there.WorkspacePath, "file")));
    }

    [Fact]
    public async Task A_hand_on_that_was_cut_off_between_its_moves_is_made_good()
    {
        var directory = Open();
        var first = await BeginAsync(directory, "one", new StepWork { KeepWorkspace = true });
        File.WriteAllText(Path.Combine(first.WorkspacePath, "file"), "x");
        Leave(first);
        Directory.Move(first.WorkspacePath, first.WorkspacePath + ".copy");
        var second = await BeginAsync(
            directory, "two", new StepWork { Workspace = From("one"), WorkspaceIsHandedOn = true }, attempt: 2);

        Assert.Equal("x", File.ReadAllText(Path.Combine(second.WorkspacePath, "file")));
    }

    [Fact]
    public async Task A_workspace_too_large_to_keep_is_moved_and_found_again_by_a_retry()
    {
        var directory = Open(options: usual => usual with { SnapshotBytes = 0 });
        var first = await BeginAsync(directory, "one", new StepWork { KeepWorkspace = true });
        File.WriteAllText(Path.Combine(first.WorkspacePath, "file"), "x");
        Leave(first);
        var work = new StepWork { Workspace = From("one"), WorkspaceIsHandedOn = true };
        var second = await BeginAsync(directory, "two", work);
        Assert.False(Directory.Exists(first.WorkspacePath));
        second.LeaveWorkspace(succeeded: false);
        second.Remove();
        var retry = await BeginAsync(directory, "two", work, attempt: 2);

        Assert.Equal("x", File.ReadAllText(Path.Combine(retry.WorkspacePath, "file")));
        retry.LeaveWorkspace(succeeded: true);
        Assert.False(Directory.Exists(retry.WorkspacePath));
        retry.Remove();
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(Root, "agent", "work")));
    }

    [Fact]
    public async Task The_folder_of_a_run_stays_while_another_attempt_of_it_is_under_way()
    {
        var directory = Open();
        var first = await BeginAsync(directory, "one", new StepWork());
        var second = await BeginAsync(directory, "two", new StepWork());
        first.LeaveWorkspace(succeeded: true);
        first.Remove();
        Assert.True(Directory.Exists(second.WorkspacePath));
        second.LeaveWorkspace(succeeded: true);
        second.Remove();
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(Root, "agent", "work")));
    }

    [Fact]
    public async Task A_workspace_of_another_agent_comes_as_a_blob_with_times_and_links_as_they_were()
    {
        var there = Open("there");
        var first = await BeginAsync(there, "one", new StepWork { KeepWorkspace = true });
        var file = Path.Combine(first.WorkspacePath, "file");
        File.WriteAllText(file, "x");
        File.CreateSymbolicLink(Path.Combine(first.WorkspacePath, "python"), "/usr/bin/python3");
        var then = new DateTime(2024, 5, 6, 7, 8, 9, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(file, then);
        var parcel = await first.PackWorkspaceAsync(CancellationToken.None);
        var second = await BeginAsync(
            Open("here"), "two", new StepWork { Workspace = From("one", parcel.Digest) }, blobs: (_, _) =>
                Task.FromResult(parcel.Open()));

        Assert.Equal("x", File.ReadAllText(Path.Combine(second.WorkspacePath, "file")));
        Assert.Equal(then, File.GetLastWriteTimeUtc(Path.Combine(second.WorkspacePath, "file")));
        Assert.Equal("/usr/bin/python3", new FileInfo(Path.Combine(second.WorkspacePath, "python")).LinkTarget);
    }

    [Fact]
    public async Task A_workspace_that_is_nowhere_is_infrastructure()
    {
        var gone = await Assert.ThrowsAsync<StepException>(
            () => BeginAsync(Open(), "two", new StepWork { Workspace = From("one") }));

        Assert.Equal(ReasonCode.Infrastructure, gone.Reason);
    }

    [Fact]
    public async Task Bytes_that_are_not_those_of_the_digest_are_not_used()
    {
        var work = new StepWork { Workspace = From("one", "sha256:" + new string('a', 64)) };

        await Assert.ThrowsAsync<StepException>(() => BeginAsync(
            Open(), "two", work, blobs: (_, _) => Task.FromResult<Stream>(new MemoryStream("other"u8.ToArray()))));
    }

    [Fact]
    public async Task A_blob_is_fetched_once()
    {
        var directory = Open();
        var maker = await BeginAsync(Open("maker"), "one", new StepWork());
        File.WriteAllText(Path.Combine(maker.WorkspacePath, "file"), "x");
        var parcel = (await maker.PackAsync(new ArtifactWork("a", "file", true), CancellationToken.None))!;
        var fetched = 0;
        var user = await BeginAsync(directory, "two", new StepWork());
        foreach (var place in (string[])["here", "deep/there"])
        {
            await user.UnpackAsync(new ResourceWork("a", place, parcel.Digest, true), Blobs, CancellationToken.None);
            Assert.Equal("x", File.ReadAllText(Path.Combine(user.WorkspacePath, place, "file")));
        }

        Assert.Equal(1, fetched);

        Task<Stream> Blobs(string digest, CancellationToken cancellationToken)
        {
            fetched++;
            return Task.FromResult(parcel.Open());
        }
    }

    [Theory]
    [InlineData("../out")]
    [InlineData("/abs")]
    [InlineData("link/in")]
    [InlineData("file/in")]
    [InlineData("some*")]
    public async Task A_resource_is_not_unpacked_outside_of_the_workspace(string place)
    {
        var attempt = await BeginAsync(Open(), "one", new StepWork());
        File.CreateSymbolicLink(Path.Combine(attempt.WorkspacePath, "link"), "/tmp");
        File.WriteAllText(Path.Combine(attempt.WorkspacePath, "file"), "x");
        var parcel = (await attempt.PackAsync(new ArtifactWork("a", "file", true), CancellationToken.None))!;

        var refused = await Assert.ThrowsAsync<StepException>(
            () => attempt.UnpackAsync(
                new ResourceWork("a", place, parcel.Digest, true), NoBlobs, CancellationToken.None));
        Assert.Equal(ReasonCode.Artifact, refused.Reason);
    }

    [Fact]
    public async Task Old_workspaces_go_and_those_in_use_stay()
    {
        var directory = Open();
        var kept = await BeginAsync(directory, "kept", new StepWork { KeepWorkspace = true });
        Leave(kept);
        var busy = await BeginAsync(directory, "busy", new StepWork());
        var long_ago = Time.GetUtcNow().UtcDateTime - TimeSpan.FromHours(25);
        Directory.SetLastWriteTimeUtc(kept.WorkspacePath, long_ago);
        Directory.SetLastWriteTimeUtc(busy.WorkspacePath, long_ago);
        directory.Tidy();

        Assert.False(Directory.Exists(kept.WorkspacePath));
        Assert.True(Directory.Exists(busy.WorkspacePath));
    }

    [Fact]
    public async Task Workspaces_go_when_the_disk_is_short()
    {
        var directory = Open(options: options => options with { KeepFreeBytes = long.MaxValue });
        var kept = await BeginAsync(directory, "kept", new StepWork { KeepWorkspace = true });
        Leave(kept);
        Directory.SetLastWriteTimeUtc(kept.WorkspacePath, Time.GetUtcNow().UtcDateTime);
        directory.Tidy();

        Assert.False(Directory.Exists(kept.WorkspacePath));
    }

    [Fact]
    public async Task A_folder_that_a_step_made_unreadable_is_removed_all_the_same()
    {
        var attempt = await BeginAsync(Open(), "one", new StepWork());
        var closed = Path.Combine(attempt.WorkspacePath, "closed");
        Directory.CreateDirectory(Path.Combine(closed, "inner"));
        File.SetUnixFileMode(closed, UnixFileMode.None);
        attempt.LeaveWorkspace(succeeded: true);

        Assert.False(Directory.Exists(attempt.WorkspacePath));
    }

    [Fact]
    public void A_name_that_would_leave_the_folder_is_refused() =>
        Assert.Throws<StepException>(() => Open().Begin(RecordOf("../../x", new StepWork(), 1)));

    [Fact]
    public async Task An_attempt_with_a_torn_record_never_began()
    {
        var attempt = await BeginAsync(Open(), "one", new StepWork());
        File.WriteAllText(Path.Combine(Root, "agent/attempts", attempt.Record.Id + ".attempt"), "{");

        Assert.Empty(Open().Attempts());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(Root, "agent/attempts")));
    }

    [Fact]
    public async Task A_journal_cut_short_tells_what_was_whole_in_it()
    {
        var attempt = await BeginAsync(Open(), "one", new StepWork());
        attempt.Opened = true;
        attempt.Finish = new FinishRequest(
            attempt.Record.Assignment.Fence, new AttemptOutcome(RunStatus.Success, ReasonCode.None));
        var journal = Path.Combine(Root, "agent/attempts", attempt.Record.Id + ".attempt");
        using (var file = new FileStream(journal, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(file.Length - 3);
        }

        var found = Assert.Single(Open().Attempts());

        Assert.True(found.Opened);
        Assert.Null(found.Finish);
        found.Finish = attempt.Finish;
        Assert.NotNull(Assert.Single(Open().Attempts()).Finish);
    }

    [Fact]
    public void An_identity_is_kept_and_readable_to_its_owner_only()
    {
        using var made = AgentIdentityFile.OpenOrCreate(Root);
        made.Enrolled("http://controller/", "agent-1");
        using var read = AgentIdentityFile.OpenOrCreate(Root);

        Assert.Equal(made.PublicKey.ToArray(), read.PublicKey.ToArray());
        Assert.Equal(("http://controller/", "agent-1"), (read.Controller, read.AgentId));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Root, "agent.json")));
    }

    [Fact]
    public void An_identity_that_cannot_be_read_is_said_and_not_replaced()
    {
        var path = Path.Combine(Root, "agent.json");
        File.WriteAllText(path, JsonSerializer.Serialize(new Dictionary<string, string> { ["key"] = "AAAA" }));

        var unreadable = Assert.Throws<IOException>(() => AgentIdentityFile.OpenOrCreate(Root));
        Assert.Contains("agent.json", unreadable.Message, StringComparison.Ordinal);
        Assert.Contains("AAAA", File.ReadAllText(path), StringComparison.Ordinal);
    }
}
