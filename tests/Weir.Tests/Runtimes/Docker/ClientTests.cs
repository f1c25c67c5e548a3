using System.Formats.Tar;
using System.Text;
using Weir.Contracts.AgentProtocol;
using Weir.Runtimes.Docker.Api;

namespace Weir.Tests.Runtimes.Docker;

/// <summary>The engine's client, against an engine.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private readonly string _name = $"weir-client-{Path.GetRandomFileName()}";
    private readonly List<string> _containers = [];

    internal EngineClient Engine { get; } = new(TestEngine.Socket);

    public ValueTask InitializeAsync()
    {
        TestEngine.SkipWithout();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var id in _containers) await Engine.Containers.RemoveAsync(id, default);
        Engine.Dispose();
    }

    [Fact]
    public async Task The_engine_tells_what_it_is()
    {
        Assert.True(Version.Parse(await Engine.PingAsync(default)) >= new Version(1, 41));
        Assert.NotEqual("", (await Engine.InfoAsync(default)).ServerVersion);
    }

    [Fact]
    public async Task Both_streams_come_through_an_attached_connection_until_input_ends()
    {
        var id = await CreateAsync(["sh", "-c", "echo err >&2; tr a-z A-Z"], input: true);
        await using var attached = await Engine.Containers.AttachAsync(id, input: true, default);
        await Engine.Containers.StartAsync(id, default);
        await attached.Input.WriteAsync("hello\n"u8.ToArray());
        attached.CloseInput();
        var texts = new Dictionary<LogStream, string> { [LogStream.Stdout] = "", [LogStream.Stderr] = "" };
        var buffer = new byte[100];
        while (await attached.ReadAsync(buffer, default) is (var stream, > 0 and var count))
            texts[stream] += Encoding.UTF8.GetString(buffer, 0, count);
        Assert.Equal(("HELLO\n", "err\n"), (texts[LogStream.Stdout], texts[LogStream.Stderr]));
        Assert.Equal(0, await Engine.Containers.WaitAsync(id, default));
    }

    [Fact]
    public async Task Files_go_in_and_come_out_as_archives()
    {
        var id = await CreateAsync(["true"]);
        var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            var entry = new PaxTarEntry(TarEntryType.RegularFile, "file") { DataStream = new MemoryStream("x"u8.ToArray()) };
            await writer.WriteEntryAsync(entry);
        }

        tar.Position = 0;
        await Engine.Containers.WriteArchiveAsync(id, "/tmp", tar, default);
        await using var back = await Engine.Containers.ReadArchiveAsync(id, "/tmp/file", default);
        await using var reader = new TarReader(back);
        Assert.Equal("file", (await reader.GetNextEntryAsync(copyData: true))!.Name);
    }

    [Fact]
    public async Task Volumes_and_networks_are_found_by_their_label_and_removed()
    {
        var labels = new Dictionary<string, string> { ["weir.test"] = _name };
        await Engine.Volumes.CreateAsync(new CreateVolume(_name) { Labels = labels }, default);
        Assert.Equal(_name, Assert.Single(await Engine.Volumes.ListAsync($"weir.test={_name}", default)).Name);
        await Engine.Volumes.RemoveAsync(_name, default);
        var network = await Engine.Networks.CreateAsync(new CreateNetwork(_name) { Labels = labels }, default);
        Assert.Equal(network, Assert.Single(await Engine.Networks.ListAsync($"weir.test={_name}", default)).Id);
        await Engine.Networks.RemoveAsync(network, default);
        Assert.Empty(await Engine.Networks.ListAsync($"weir.test={_name}", default));
    }

    [Fact]
    public async Task An_image_is_saved_and_loaded_again()
    {
        var copy = new ImageName(_name, "1");
        await Engine.Images.TagAsync(TestEngine.Image, copy, default);
        var tar = new MemoryStream();
        await using (var saved = await Engine.Images.SaveAsync($"{_name}:1", default)) await saved.CopyToAsync(tar);
        await Engine.Images.RemoveAsync($"{_name}:1", default);
        Assert.Null(await Engine.Images.InspectAsync($"{_name}:1", default));
        tar.Position = 0;
        await Engine.Images.LoadAsync(tar, default);
        Assert.NotNull(await Engine.Images.InspectAsync($"{_name}:1", default));
        await Engine.Images.RemoveAsync($"{_name}:1", default);
    }

    [Fact]
    public async Task Of_images_that_no_tag_names_only_those_with_the_label_are_pruned()
    {
        var ours = await ImportAsync(_name);
        var others = await ImportAsync("weir.other");
        var named = await ImportAsync(_name);
        await Engine.Images.PruneAsync($"{_name}=1", default);
        Assert.Null(await Engine.Images.InspectAsync(ours, default));
        foreach (var image in (string[])[others, named])
        {
            Assert.NotNull(await Engine.Images.InspectAsync(image, default));
            await Engine.Images.RemoveAsync(image, default);
        }
    }

    [Fact]
    public async Task An_error_in_a_body_that_began_well_is_an_error()
    {
        await using var junk = new MemoryStream(Encoding.ASCII.GetBytes(new string('x', 4096)));
        await Assert.ThrowsAsync<EngineException>(() => Engine.Images.LoadAsync(junk, default));
    }

    [Theory]
    [InlineData("busybox", "busybox", "latest", "docker.io")]
    [InlineData("a/b:1", "a/b", "1", "docker.io")]
    [InlineData("localhost/a", "localhost/a", "latest", "localhost")]
    [InlineData("host:5000/a/b", "host:5000/a/b", "latest", "host:5000")]
    [InlineData("ghcr.io/a@sha256:00", "ghcr.io/a", "sha256:00", "ghcr.io")]
    public void Names_of_images_are_read_as_the_engine_does(string text, string repository, string tag, string registry)
    {
        var name = ImageName.Parse(text);
        Assert.Equal((repository, tag, registry), (name.Repository, name.Tag, name.Registry));
    }

    // The name is the newest one's; those before it have none from then on.
    private async Task<string> ImportAsync(string label)
    {
        var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, Path.GetRandomFileName() + "/"));
        }

        tar.Position = 0;
        return await Engine.Images.ImportAsync(new ImageName(_name, "1"), tar, [$"LABEL {label}=1"], default);
    }

    private async Task<string> CreateAsync(string[] command, bool input = false)
    {
        var id = await Engine.Containers.CreateAsync(
            $"{_name}-{_containers.Count}",
            new CreateContainer
            {
                Image = TestEngine.Image,
                Entrypoint = command,
                OpenStdin = input,
                StdinOnce = input,
                HostConfig = new HostConfig { NetworkMode = "none", LogConfig = new LogConfig("none") },
            },
            default);
        _containers.Add(id);
        return id;
    }
}
