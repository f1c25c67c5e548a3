using Weir.Runtimes.Docker;
using Weir.Runtimes.Docker.Api;

namespace Weir.Tests.Runtimes.Docker;

/// <summary>
/// The engine that tests use, as <c>eng/test-engine</c> starts it: <c>DOCKER_HOST</c> names it, and it has the image
/// <c>weir-test</c> with busybox and bash.
/// </summary>
internal static class TestEngine
{
    public const string Image = "weir-test:latest";
    private static readonly Lazy<Task<string?>> Missing = new(FindOutAsync);

    public static string Socket { get; } =
        new DockerFiles(Environment.GetEnvironmentVariable).FindSocket() ?? "/var/run/docker.sock";

    /// <summary>Skips the test when there is no engine to run it on.</summary>
    public static DockerRuntimeOptions Options(string folder)
    {
        SkipWithout();
        return new DockerRuntimeOptions { Folder = folder, Socket = Socket, DefaultImage = Image };
    }

    public static void SkipWithout()
    {
        var missing = Missing.Value.GetAwaiter().GetResult();
        Assert.SkipWhen(missing is not null, missing ?? "");
    }

    private static async Task<string?> FindOutAsync()
    {
        using var engine = new EngineClient(Socket);
        try
        {
            await engine.PingAsync(default);
            return await engine.Images.InspectAsync(Image, default) is null
                ? $"the engine at {Socket} has no image {Image}: eng/test makes it"
                : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or EngineException)
        {
            return $"no Docker engine answers at {Socket}: eng/test starts one as root";
        }
    }
}
