using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Weir.Bench;

/// <summary>The executable itself: time to ready, and memory of an idle controller and an idle agent.</summary>
internal static class FootprintBenchmark
{
    private const int Rounds = 5;

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var ready = new List<double>();
        for (var round = 0; round < Rounds; round++) ready.Add(await ReadyAsync(cancellationToken));
        var (controller, agent) = await IdleAsync(cancellationToken);
        var median = Medians.Of(ready);
        return
        [
            new Figure("weir up ready", $"{median:0} ms", "", null, "≤ 1000 ms", median <= 1_000),
            new Figure("idle controller", $"{controller} MiB", "", null, "≤ 150 MiB", controller <= 150),
            new Figure("idle agent", $"{agent} MiB", "", null, "≤ 80 MiB", agent <= 80),
        ];
    }

    private static async Task<double> ReadyAsync(CancellationToken cancellationToken)
    {
        var folder = Folder();
        var port = FreePort();
        var start = TimeProvider.System.GetTimestamp();
        using var up = Start(folder, "up", "--quiet", "--port", port, "--data-dir", folder);
        await WaitReadyAsync(port, cancellationToken);
        var took = TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
        await EndAsync(up, cancellationToken);
        Directory.Delete(folder, recursive: true);
        return took;
    }

    private static async Task<(long Controller, long Agent)> IdleAsync(CancellationToken cancellationToken)
    {
        var (folder, port) = (Folder(), FreePort());
        using var controller = Start(folder, "controller", "--port", port, "--data-dir", Path.Combine(folder, "c"));
        await WaitReadyAsync(port, cancellationToken);
        var token = await File.ReadAllTextAsync(Path.Combine(folder, "c", "admin.token"), cancellationToken);
        using var join = Start(
            folder, "agent", "join-token", "-o", "json", "--addr", $"http://127.0.0.1:{port}", "--token", token.Trim());
        var answer = await join.StandardOutput.ReadToEndAsync(cancellationToken);
        using var json = System.Text.Json.JsonDocument.Parse(answer);
        using var agent = Start(
            folder, "agent", "--allow-process", "--join", $"http://127.0.0.1:{port}", "--data-dir",
            Path.Combine(folder, "a"), "--join-token", json.RootElement.GetProperty("token").GetString()!);
        await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System, cancellationToken);
        var sizes = (ResidentMegabytes(controller.Id), ResidentMegabytes(agent.Id));
        await EndAsync(agent, cancellationToken);
        await EndAsync(controller, cancellationToken);
        Directory.Delete(folder, recursive: true);
        return sizes;
    }

    public static Process Start(string home, params ReadOnlySpan<string> arguments)
    {
        var executable = Path.Combine(AppContext.BaseDirectory, "weir");
        var start = new ProcessStartInfo(executable)
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["XDG_CONFIG_HOME"] = home;
        return Process.Start(start)!;
    }

    public static async Task WaitReadyAsync(string port, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        for (var tries = 0; tries < 2_000; tries++)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/readyz"), cancellationToken);
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        }

        throw new TimeoutException("it did not become ready");
    }

    public static async Task EndAsync(Process process, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync(cancellationToken);
    }

    public static long ResidentMegabytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(
            l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1_024;
    }

    private static string Folder()
    {
        var folder = Directory.CreateTempSubdirectory("weir-idle-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        return folder;
    }

    public static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
