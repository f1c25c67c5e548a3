using Weir.Runtimes.Docker.Api;

namespace Weir.Tests.Runtimes.Docker;

/// <summary>What the settings of the user's own client mean.</summary>
public sealed class DockerFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weir-docker-").FullName;
    private readonly Dictionary<string, string> _settings = [];

    public DockerFilesTests() => _settings["DOCKER_CONFIG"] = _folder;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void DOCKER_HOST_comes_first()
    {
        _settings["DOCKER_HOST"] = "unix:///run/mine.sock";
        Assert.Equal("/run/mine.sock", Files().FindSocket());
        _settings["DOCKER_HOST"] = "tcp://elsewhere:2375";
        Assert.Null(Files().FindSocket());
    }

    [Theory]
    [InlineData("mine", null)]
    [InlineData("other", "mine")]
    public void The_context_names_the_socket(string current, string? chosen)
    {
        Write("config.json", $$"""{"currentContext":"{{current}}"}""");
        if (chosen is not null) _settings["DOCKER_CONTEXT"] = chosen;
        // sha256 of the name
        Write(
            "contexts/meta/3fd30542fe3f61b14bd4a4b2dc0b6fb30fa6f63ebce52dd1778aaa8c4dc02cff/meta.json",
            """{"Name":"mine","Endpoints":{"docker":{"Host":"unix:///run/context.sock"}}}""");
        Assert.Equal("/run/context.sock", Files().FindSocket());
    }

    [Theory]
    [InlineData("""{"auths":{"h:5000":{"auth":"dXNlcjpwYTpzcw=="}}}""", "h:5000", "user", "pa:ss")]
    [InlineData("""{"auths":{"https://index.docker.io/v1/":{"auth":"YTpi"}}}""", "docker.io", "a", "b")]
    [InlineData("""{"auths":{"https://h":{"username":"u","password":"p"}}}""", "h", "u", "p")]
    public async Task Credentials_are_those_of_the_registry(
        string config, string registry, string user, string password)
    {
        Write("config.json", config);
        var found = await Files().CredentialsForAsync(registry, default);
        Assert.Equal((user, password), (found?.Username, found?.Password));
        Assert.Null(await Files().CredentialsForAsync("another", default));
    }

    [Theory]
    [InlineData("""{"credHelpers":{"h:5000":"weir-test"},"credsStore":"none"}""", "h:5000")]
    [InlineData("""{"credsStore":"weir-test"}""", "h:5000")]
    public async Task A_helper_is_asked_for_the_credentials(string config, string registry)
    {
        Write("config.json", config);
        using var helper = new ProgramOnPath(
            """read server; printf '{"Username":"of %s","Secret":"s"}' "$server" """);
        var found = await Files().CredentialsForAsync(registry, default);
        Assert.Equal(($"of {registry}", "s"), (found?.Username, found?.Password));
    }

    [Fact]
    public async Task A_token_of_a_helper_is_one_and_a_helper_without_any_leaves_it_to_the_file()
    {
        Write("config.json", """{"credsStore":"weir-test","auths":{"h":{"auth":"YTpi"}}}""");
        using (new ProgramOnPath("""echo '{"Username":"<token>","Secret":"t"}'"""))
        {
            Assert.Equal("t", (await Files().CredentialsForAsync("h", default))?.IdentityToken);
        }

        using (new ProgramOnPath("echo credentials not found in native keychain; exit 1"))
        {
            Assert.Equal("a", (await Files().CredentialsForAsync("h", default))?.Username);
        }

        Assert.Equal("a", (await Files().CredentialsForAsync("h", default))?.Username);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"auths":{"h":{}}}""")]
    public async Task A_file_that_says_nothing_gives_no_credentials(string config)
    {
        Write("config.json", config);
        Assert.Null(await Files().CredentialsForAsync("h", default));
    }

    /// <summary>A program <c>docker-credential-weir-test</c> on the search path, while it lives.</summary>
    private sealed class ProgramOnPath : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("weir-helper-").FullName;
        private readonly string? _before = Environment.GetEnvironmentVariable("PATH");

        public ProgramOnPath(string script)
        {
            var program = Path.Combine(_folder, "docker-credential-weir-test");
            File.WriteAllText(program, $"#!/bin/sh\n{script}\n");
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            Environment.SetEnvironmentVariable("PATH", $"{_folder}:{_before}");
        }

        public void Dispose()
        {
            Environment.SetEnvironmentVariable("PATH", _before);
            Directory.Delete(_folder, recursive: true);
        }
    }

    private DockerFiles Files() => new(_settings.GetValueOrDefault);

    private void Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
