using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weir.Tests.EndToEnd;

/// <summary>A real browser with one page, told what to do by its own debugging protocol.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private const string Path = "/usr/bin/chromium";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly ClientWebSocket _socket = new();
    private readonly string _profile = Directory.CreateTempSubdirectory("weir-browser-").FullName;
    private readonly CancellationTokenSource _late = new(Patience, TimeProvider.System);
    private readonly Process _process;
    private string? _session;
    private int _sent;

    private Chromium()
    {
        _process = Process.Start(new ProcessStartInfo(Path,
        [
            "--headless=new", "--remote-debugging-port=0", $"--user-data-dir={_profile}", "--no-sandbox",
            "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--hide-scrollbars", "about:blank",
        ]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
    }

    public static bool IsInstalled => File.Exists(Path);

    public static async Task<Chromium> StartAsync()
    {
        var browser = new Chromium();
        try
        {
            await browser.ConnectAsync();
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    public async Task GoAsync(Uri address)
    {
        await SendAsync("Page.navigate", new JsonObject { ["url"] = address.AbsoluteUri });
        await HoldsAsync($"location.pathname === {Quoted(address.AbsolutePath)} && document.readyState === 'complete'");
    }

    /// <summary>Runs a script; what it makes is returned, also when that comes later.</summary>
    public async Task<JsonNode?> EvaluateAsync(string script)
    {
        var answer = await SendAsync("Runtime.evaluate", new JsonObject
        {
            ["expression"] = script, ["awaitPromise"] = true, ["returnByValue"] = true,
        });
        return answer["result"]?["value"];
    }

    /// <summary>Waits until a condition of the page holds; one that is lost to a navigation is asked again.</summary>
    public Task HoldsAsync(string condition) => Weir.Testing.Eventually.HoldsAsync(
        async () => (bool?)await EvaluateAsync($"Boolean({condition})") == true, condition);

    public Task ClickAsync(string selector) =>
        EvaluateAsync($"document.querySelector({Quoted(selector)}).click()");

    public async Task LookAsync(int width, int height, string theme)
    {
        await SendAsync("Emulation.setDeviceMetricsOverride", new JsonObject
        {
            ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600,
        });
        await SendAsync("Emulation.setEmulatedMedia", new JsonObject
        {
            ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = theme }),
        });
    }

    public async Task ShootAsync(string file)
    {
        var shot = await SendAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png" });
        await File.WriteAllBytesAsync(file, Convert.FromBase64String((string)shot["data"]!), _late.Token);
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _late.Dispose();
        Directory.Delete(_profile, recursive: true);
    }

    private async Task ConnectAsync()
    {
        const string Announcement = "DevTools listening on ";
        string? line;
        do
        {
            line = await _process.StandardError.ReadLineAsync(_late.Token);
        }
        while (line?.StartsWith(Announcement, StringComparison.Ordinal) == false);

        Assert.NotNull(line);
        // what it goes on to say must not fill the pipe
        _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        await _socket.ConnectAsync(new Uri(line[Announcement.Length..]), _late.Token);
        var target = await SendAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" });
        var attached = await SendAsync("Target.attachToTarget", new JsonObject
        {
            ["targetId"] = (string?)target["targetId"], ["flatten"] = true,
        });
        _session = (string?)attached["sessionId"];
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private async Task<JsonNode> SendAsync(string method, JsonObject parameters)
    {
        var id = ++_sent;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (_session is not null) message["sessionId"] = _session;
        await _socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, _late.Token);
        while (true)
        {
            var answer = await ReceiveAsync();
            if ((int?)answer["id"] == id) return answer["result"] ?? new JsonObject();
        }
    }

    private async Task<JsonNode> ReceiveAsync()
    {
        var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer.AsMemory(), _late.Token);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);

        return JsonNode.Parse(message.ToArray())!;
    }
}
