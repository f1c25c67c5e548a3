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

    [Fact]
    public void The_current_context_names_the_socket()
    {
        Write("config.json", """{"currentContext":"mine"}""");
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
    public void Credentials_are_those_of_the_registry(string config, string registry, string user, string password)
    {
        Write("config.json", config);
        var found = Files().CredentialsFor(registry);
        Assert.Equal((user, password), (found?.Username, found?.Password));
        Assert.Null(Files().CredentialsFor("another"));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"auths":{"h":{}}}""")]
    public void A_file_that_says_nothing_gives_no_credentials(string config)
    {
        Write("config.json", config);
        Assert.Null(Files().CredentialsFor("h"));
    }

    private DockerFiles Files() => new(_settings.GetValueOrDefault);

    private void Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
