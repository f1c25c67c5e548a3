using System.Formats.Tar;
using System.Text;
using Weir.Agent.Artifacts;
using Weir.Agent.Folders;
using Weir.Contracts.Statuses;

namespace Weir.Tests.Agent;

public sealed class ArtifactTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("weir-artifact-").FullName;

    [Theory]
    [InlineData("out", "a.txt b/ b/c.log")]
    [InlineData("out/", "a.txt b/ b/c.log")]
    [InlineData("./out/./b", "c.log")]
    [InlineData("out/a.txt", "a.txt")]
    [InlineData("out/*.txt", "a.txt")]
    [InlineData("out/?.txt", "a.txt")]
    [InlineData("*/a.*", "out/a.txt")]
    [InlineData("**/*.log", "out/b/c.log")]
    [InlineData("out/**", "a.txt b/ b/c.log")]
    [InlineData("**/b", "out/b/ out/b/c.log")]
    [InlineData("ou*", "out/ out/a.txt out/b/ out/b/c.log")]
    public void Finds_what_the_path_names(string path, string expected)
    {
        Make("out/a.txt", "out/b/c.log", "other.md");

        Assert.Equal(expected.Split(' '), ArtifactFinder.Find(_root, path)!.Select(Show));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("out/*.zip")]
    [InlineData("out/a.txt/")]
    public void Finds_nothing_where_nothing_is(string path)
    {
        Make("out/a.txt");

        Assert.Null(ArtifactFinder.Find(_root, path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("~/x")]
    [InlineData("..")]
    [InlineData("out/../../x")]
    [InlineData("out/..")]
    [InlineData("a\0b")]
    public void Refuses_a_path_that_leads_out(string path) =>
        Assert.Equal(ReasonCode.Artifact, Assert.Throws<StepException>(() => ArtifactFinder.Find(_root, path)).Reason);

    [Theory]
    [InlineData("link")]
    [InlineData("link/")]
    [InlineData("link/passwd")]
    [InlineData("link/*")]
    [InlineData("dangling")]
    public void Refuses_a_path_that_is_or_goes_through_a_link(string path)
    {
        File.CreateSymbolicLink(In("link"), "/etc");
        File.CreateSymbolicLink(In("dangling"), "nowhere");

        Assert.Equal(ReasonCode.Artifact, Assert.Throws<StepException>(() => ArtifactFinder.Find(_root, path)).Reason);
    }

    [Fact]
    public void Does_not_follow_links_below_a_wildcard()
    {
        Make("real/file");
        File.CreateSymbolicLink(In("linked"), "/etc");

        Assert.Equal(["linked", "real/", "real/file"], ArtifactFinder.Find(_root, "**")!.Select(Show));
    }

    [Fact]
    public void A_pattern_of_many_stars_takes_no_time()
    {
        Make(new string('a', 200));

        Assert.Null(ArtifactFinder.Find(_root, string.Concat(Enumerable.Repeat("a*", 60)) + "b"));
    }

    [Fact]
    public async Task Packs_equal_content_to_equal_bytes()
    {
        Make("out/b", "out/a", "out/dir/c");
        var first = await PackAsync("out");
        File.SetLastWriteTimeUtc(In("out/a"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        Assert.Equal(first, await PackAsync("out"));
    }

    [Fact]
    public async Task Unpacks_what_it_packed()
    {
        Make("out/a", "out/dir/c");
        File.SetUnixFileMode(In("out/a"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(In("out/dir/up"), "../a");
        var archive = await PackAsync("out");
        await UnpackAsync(archive, "copy");

        Assert.Equal(ArtifactFinder.Find(_root, "out")!.Select(Show), ArtifactFinder.Find(_root, "copy")!.Select(Show));
        Assert.Equal("out/a", File.ReadAllText(In("copy/dir/up")));
        Assert.Equal(File.GetUnixFileMode(In("out/a")), File.GetUnixFileMode(In("copy/a")));
    }

    [Theory]
    [InlineData("/etc")]
    [InlineData("../../x")]
    [InlineData("dir/../../x")]
    public async Task Refuses_to_pack_a_link_that_leads_out(string target)
    {
        Make("out/dir/c");
        File.CreateSymbolicLink(In("out/bad"), target);

        Assert.Equal(ReasonCode.Artifact, (await Assert.ThrowsAsync<StepException>(() => PackAsync("out"))).Reason);
    }

    [Theory]
    [InlineData("../up")]
    [InlineData("/abs")]
    [InlineData("a/../../up")]
    [InlineData("there/through")]
    public async Task Refuses_to_unpack_an_entry_that_leads_out(string name)
    {
        Directory.CreateDirectory(In("root"));
        File.CreateSymbolicLink(In("root/there"), _root);
        var archive =
            Tar(new GnuTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream("x"u8.ToArray()) });

        Assert.Equal(
            ReasonCode.Artifact, (await Assert.ThrowsAsync<StepException>(() => UnpackAsync(archive, "root"))).Reason);
        Assert.Equal([In("root")], Directory.GetFileSystemEntries(_root));
        Assert.Equal([In("root/there")], Directory.GetFileSystemEntries(In("root")));
    }

    [Fact]
    public async Task Refuses_to_unpack_a_link_that_leads_out_and_what_comes_through_it()
    {
        var link = new GnuTarEntry(TarEntryType.SymbolicLink, "door") { LinkName = "/tmp" };

        await Assert.ThrowsAsync<StepException>(() => UnpackAsync(Tar(link), "root"));
        Assert.False(File.Exists(In("root/door")));
    }

    [Theory]
    [InlineData(TarEntryType.CharacterDevice)]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.HardLink)]
    public async Task Refuses_to_unpack_anything_but_files_folders_and_links(TarEntryType kind)
    {
        TarEntry entry = new GnuTarEntry(kind, "odd");
        if (kind == TarEntryType.HardLink) entry.LinkName = "other";

        await Assert.ThrowsAsync<StepException>(() => UnpackAsync(Tar(entry), "root"));
    }

    [Fact]
    public async Task Replaces_files_and_links_that_are_there_without_writing_through_them()
    {
        Make("victim", "root/plain");
        File.CreateSymbolicLink(In("root/link"), "../victim");
        await UnpackAsync(
            Tar(Entry("plain", "new"), Entry("link", "new")), "root");

        Assert.Equal("new", File.ReadAllText(In("root/plain")));
        Assert.Equal("new", File.ReadAllText(In("root/link")));
        Assert.Equal("victim", File.ReadAllText(In("victim")));
    }

    [Fact]
    public async Task Passes_over_pipes_instead_of_waiting_for_their_writer()
    {
        Make("out/a");
        using var mkfifo = System.Diagnostics.Process.Start("mkfifo", In("out/pipe"));
        await mkfifo.WaitForExitAsync();

        Assert.Equal(["a"], ArtifactFinder.Find(_root, "out")!.Select(Show));
        await PackAsync("out");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static GnuTarEntry Entry(string name, string content) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) };

    private static byte[] Tar(params TarEntry[] entries)
    {
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Gnu, leaveOpen: true))
        {
            foreach (var entry in entries) writer.WriteEntry(entry);
        }

        return archive.ToArray();
    }

    private async Task<byte[]> PackAsync(string path)
    {
        var archive = new MemoryStream();
        await ArtifactArchive.WriteAsync(
            archive, ArtifactFinder.Find(_root, path)!, exact: false, CancellationToken.None);
        return archive.ToArray();
    }

    private async Task UnpackAsync(byte[] archive, string into)
    {
        Directory.CreateDirectory(In(into));
        await ArtifactArchive.UnpackAsync(new MemoryStream(archive), In(into), exact: false, CancellationToken.None);
    }

    private static string Show(FoundFile file) =>
        file.Entry is DirectoryInfo && !FolderTree.IsLink(file.Entry) ? file.Name + "/" : file.Name;

    private void Make(params string[] files)
    {
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(In(file))!);
            File.WriteAllText(In(file), file);
        }
    }

    private string In(string path) => Path.Combine(_root, path);
}
