using System.Diagnostics;
using Weir.Runtimes.Docker.Api;

namespace Weir.Bench;

/// <summary>What a person does with the engine by hand.</summary>
internal sealed class EnginePeer(string socket)
{
    public const string Image = "weir-test:latest";
    private const int BufferBytes = 1 << 18;

    /// <summary><c>docker run --rm</c>.</summary>
    public async Task RunAsync(string command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(
            "docker", ["--host", $"unix://{socket}", "run", "--rm", Image, "sh", "-c", command])
        {
            UseShellExecute = false,
        };
        using var docker = Process.Start(start)!;
        await docker.WaitForExitAsync(cancellationToken);
        if (docker.ExitCode != 0) throw new InvalidOperationException($"docker run: {docker.ExitCode}");
    }

    /// <summary>Bytes a second of an attached stream with log driver none, taken apart and thrown away.</summary>
    public async Task<double> AttachAsync(string command, CancellationToken cancellationToken)
    {
        using var engine = new EngineClient(socket);
        var id = await engine.Containers.CreateAsync(
            $"weir-bench-{Path.GetRandomFileName()}",
            new CreateContainer
            {
                Image = Image,
                Entrypoint = ["sh", "-c", command],
                HostConfig = new HostConfig { LogConfig = new LogConfig("none") },
            },
            cancellationToken);
        try
        {
            await using var attached = await engine.Containers.AttachAsync(id, input: false, cancellationToken);
            await engine.Containers.StartAsync(id, cancellationToken);
            var (buffer, bytes, began) = (new byte[BufferBytes], 0L, 0L);
            while (await attached.ReadAsync(buffer, cancellationToken) is (_, > 0 and var count))
            {
                if (bytes == 0) began = TimeProvider.System.GetTimestamp();
                bytes += count;
            }

            return bytes / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        }
        finally
        {
            await engine.Containers.RemoveAsync(id, cancellationToken);
        }
    }
}
