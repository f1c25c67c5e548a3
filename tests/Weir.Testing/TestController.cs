using Microsoft.Extensions.DependencyInjection;
using Weir.Contracts.Client;
using Weir.Contracts.Tokens;
using Weir.Controller.Hosting;

namespace Weir.Testing;

/// <summary>
/// A controller of the test's own, over real sockets: a free port, a fresh folder, SQLite unless told otherwise.
/// Disposing stops it and removes the folder.
/// </summary>
public sealed class TestController : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly bool _ownsFolder;
    private ControllerHost _host;

    private TestController(ControllerHost host, ControllerOptions options, bool ownsFolder)
    {
        _host = host;
        Options = options;
        _ownsFolder = ownsFolder;
    }

    public ControllerOptions Options { get; }

    public ControllerHost Host => _host;

    public Uri Address => _host.Address;

    public string AdminToken => _host.AdminToken;

    public HttpClient Http => _http;

    /// <summary>A client with every right.</summary>
    public WeirClient Admin => With(AdminToken);

    public static async Task<TestController> StartAsync(Func<ControllerOptions, ControllerOptions>? configure = null)
    {
        var folder = Directory.CreateTempSubdirectory("weir-test-").FullName;
        var options = new ControllerOptions { DataFolder = folder, Port = 0 };
        options = configure?.Invoke(options) ?? options;
        if (options.DataFolder != folder) Directory.Delete(folder);
        return new TestController(await StartHostAsync(options), options, options.DataFolder == folder);
    }

    public WeirClient With(string? token, string? @namespace = null) =>
        new(_http, new WeirClientOptions(Address) { Token = token, Namespace = @namespace });

    /// <summary>A client with a fresh token of that role.</summary>
    public async Task<WeirClient> AsAsync(TokenRole role, string? @namespace = "default")
    {
        var request = new CreateTokenRequest($"{role}".ToLowerInvariant(), role)
        {
            Namespace = role == TokenRole.Admin ? null : @namespace,
        };
        return With((await Admin.Tokens.CreateAsync(request)).Token);
    }

    /// <summary>A request that the typed client would not make.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content = null, string? token = null)
    {
        var request = new HttpRequestMessage(method, new Uri(Address, path)) { Content = content };
        request.Headers.Add("Authorization", $"Bearer {token ?? AdminToken}");
        return await _http.SendAsync(request);
    }

    public T Part<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>Ends the controller in good order and starts another on the same folder.</summary>
    public async Task RestartAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await _host.DisposeAsync();
        _host = await StartHostAsync(Options);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.StopAsync(CancellationToken.None);
        await _host.DisposeAsync();
        if (_ownsFolder) Directory.Delete(Options.DataFolder, recursive: true);
    }

    private static async Task<ControllerHost> StartHostAsync(ControllerOptions options)
    {
        var host = await ControllerHost.BuildAsync(options, logging: null, CancellationToken.None);
        await host.StartAsync(CancellationToken.None);
        return host;
    }
}
