using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Flows;
using Weir.Engine.Runtimes;
using Weir.Engine.Security;
using Weir.Runtimes.Docker.Api;
using Weir.Testing;

namespace Weir.Tests.Runtimes.Docker;

/// <summary>Where images come from, with a registry of this machine that wants a password.</summary>
public sealed class ImageTests : DockerRig
{
    // htpasswd -nbBC 4 weir secret
    private const string PasswordLine = "weir:$2y$04$fAe6RoxjO.cFyxHLV02LuO9WcUsrKqGghGTin09FtPh2S8tI2BcxC\n";
    private static readonly Credentials Login = new() { Username = "weir", Password = "secret" };
    private System.Diagnostics.Process? _registry;

    public override async ValueTask DisposeAsync()
    {
        _registry?.Kill();
        _registry?.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task An_image_that_is_nowhere_is_the_users_fault()
    {
        NextLife(options => options with { Pull = PullPolicy.Never });
        var exception = await RefusedAsync("no-such-image:1");
        Assert.True(exception.UserFault);
        Assert.Contains("no-such-image:1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_may_pull_less_than_its_agent_and_no_more()
    {
        var never = NewSpec(new StepWork { Image = "127.0.0.1:1/none:1", Pull = PullPolicy.Never });
        var refused = await Assert.ThrowsAsync<RuntimeException>(() => Runtime.CreateAsync(never, default));
        Assert.Contains("the step says", refused.Message, StringComparison.Ordinal);
        NextLife(options => options with { Pull = PullPolicy.Never });
        var always = NewSpec(new StepWork { Image = "127.0.0.1:1/none:1", Pull = PullPolicy.Always });
        refused = await Assert.ThrowsAsync<RuntimeException>(() => Runtime.CreateAsync(always, default));
        Assert.Contains("this agent pulls none", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_none_is_the_users_fault() => Assert.True((await RefusedAsync("No Image!")).UserFault);

    [Fact]
    public async Task A_step_without_any_image_is_the_users_fault()
    {
        NextLife(options => options with { DefaultImage = null });
        Assert.True((await RefusedAsync(null)).UserFault);
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_is_nobodys_fault() =>
        Assert.False((await RefusedAsync("127.0.0.1:1/none:1")).UserFault);

    [Fact]
    public async Task A_private_image_needs_the_users_credentials()
    {
        var image = await StartRegistryAsync();
        var missing = await RefusedAsync($"{image.Registry}/other:1");
        Assert.True(missing.UserFault, missing.Message);
        var name = $"{image.Repository}:{image.Tag}";
        Assert.True((await RefusedAsync(name)).UserFault);

        var config = Directory.CreateDirectory(Path.Combine(Root, "config")).FullName;
        var packed = Convert.ToBase64String(Encoding.UTF8.GetBytes("weir:secret"));
        await File.WriteAllTextAsync(
            Path.Combine(config, "config.json"),
            "{\"auths\":{\"" + image.Registry + "\":{\"auth\":\"" + packed + "\"}}}");
        NextLife(options => options with { Setting = key => key == "DOCKER_CONFIG" ? config : null });
        var specs = Enumerable.Range(0, 3).Select(slot => NewSpec(new StepWork { Image = name }, slot)).ToList();
        var results = await Task.WhenAll(specs.Select(spec => RunAsync(spec, "echo pulled")));
        Assert.All(results, result => Assert.Equal("pulled\n", result.Stdout));
        var facts = await Engine.Images.InspectAsync(name, default);
        Assert.StartsWith($"{image.Repository}@sha256:", facts!.RepoDigests![0], StringComparison.Ordinal);
        await using (var again = await OpenAsync(NewSpec(new StepWork { Image = name }), "true"))
        {
            Assert.Equal(facts.RepoDigests[0], again.Container.Image);
        }

        var told = new List<string>();
        var always = NewSpec(new StepWork { Image = name, Pull = PullPolicy.Always }) with { Tell = told.Add };
        Assert.Equal("asked\n", (await RunAsync(always, "echo asked")).Stdout);
        Assert.Contains($"pulling image {name}", told);
        await Engine.Images.RemoveAsync(name, default);
    }

    [Fact]
    public async Task A_private_image_is_pulled_with_the_login_that_the_step_brings()
    {
        var image = await StartRegistryAsync();
        var name = $"{image.Repository}:{image.Tag}";
        ContainerSpec With(string password) =>
            NewSpec(new StepWork { Image = name }) with { Login = new RegistryLogin("weir", password) };

        var refused = await Assert.ThrowsAsync<RuntimeException>(() => Runtime.CreateAsync(With("wrong"), default));
        Assert.True(refused.UserFault, refused.Message);
        Assert.DoesNotContain("wrong", refused.Message, StringComparison.Ordinal);
        Assert.Equal("pulled\n", (await RunAsync(With("secret"), "echo pulled")).Stdout);
        await Engine.Images.RemoveAsync(name, default);
    }

    [Theory]
    [InlineData("guest")]
    [InlineData("1234:1234")]
    public async Task A_step_runs_as_the_user_of_its_image_in_a_workspace_of_its_own(string user)
    {
        var image = new ImageName(Path.GetFileName(Root).ToLowerInvariant(), "1");
        var container = await Engine.Containers.CreateAsync(
            $"{image.Repository}-source", new CreateContainer { Image = TestEngine.Image, Entrypoint = ["sh"] }, default);
        await using (var files = await Engine.Containers.ReadArchiveAsync(container, "/", default))
        {
            await Engine.Images.ImportAsync(image, files, ["ENV PATH=/bin", $"USER {user}"], default);
        }

        await Engine.Containers.RemoveAsync(container, default);
        var spec = NewSpec(new StepWork { Image = $"{image.Repository}:1" });
        await File.WriteAllTextAsync(Path.Combine(spec.Workspace, "earlier"), "");
        var result = await RunAsync(
            spec, "id -u; echo x > file; rm earlier; echo y > ~/file; echo a=1 >> $WEIR_OUTPUT", "echo z > /dev/stderr");
        Assert.Equal(("1234\n", "z\n", 0), (result.Stdout, result.Stderr, result.Exit.ExitCode));
        await Engine.Images.RemoveAsync($"{image.Repository}:1", default);
    }

    private async Task<RuntimeException> RefusedAsync(string? image)
    {
        var spec = NewSpec(new StepWork { Image = image });
        var exception = await Assert.ThrowsAsync<RuntimeException>(() => Runtime.CreateAsync(spec, default));
        Assert.False(Directory.Exists(spec.Folder));
        return exception;
    }

    /// <summary>A registry with one image in it, which the engine itself does not have any more.</summary>
    private async Task<ImageName> StartRegistryAsync()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/docker-registry"), "docker-registry is not installed");
        var port = FreePort();
        await File.WriteAllTextAsync(Path.Combine(Root, "password"), PasswordLine);
        await File.WriteAllTextAsync(
            Path.Combine(Root, "registry.yml"),
            $$"""
            version: 0.1
            storage: { filesystem: { rootdirectory: {{Root}}/registry } }
            http: { addr: "127.0.0.1:{{port}}" }
            auth: { htpasswd: { realm: tests, path: {{Root}}/password } }
            """);
        _registry = System.Diagnostics.Process.Start(new ProcessStartInfo(
            "/usr/bin/docker-registry", ["serve", Path.Combine(Root, "registry.yml")])
        {
            UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true,
        });
        await Eventually.HoldsAsync(() => Answers(port), "the registry answers");
        var image = new ImageName($"127.0.0.1:{port}/private", "1");
        await Engine.Images.TagAsync(TestEngine.Image, image, default);
        await Assert.ThrowsAsync<EngineException>(() => Engine.Images.PushAsync(image, null, null, default));
        await Engine.Images.PushAsync(image, Login, null, default);
        await Engine.Images.RemoveAsync($"{image.Repository}:1", default);
        return image;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool Answers(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
