using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.Contracts.Agents;
using Weir.Contracts.Tokens;
using Weir.Controller.Auth;
using Weir.Controller.Features.Metrics;
using Weir.Controller.Storage;
using Weir.Controller.Storage.Files;
using Weir.Controller.Ui;
using Weir.Controller.Ui.Access;
using Weir.Controller.Vault;
using Weir.Engine.Agents;
using Weir.Engine.Running;

namespace Weir.Controller.Hosting;

/// <summary>A controller: build it, start it, stop it. Disposing closes its stores and frees its folder.</summary>
public sealed partial class ControllerHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ControllerStores _stores;
    private readonly DataDirectory _folder;
    private readonly ControllerOptions _options;

    private ControllerHost(WebApplication app, ControllerStores stores, DataDirectory folder, ControllerOptions options)
    {
        _app = app;
        _stores = stores;
        _folder = folder;
        _options = options;
    }

    /// <summary>Opens everything, one way or the other.</summary>
    public string AdminToken { get; private set; } = "";

    /// <summary>Where it listens; known once started.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>Where others reach it.</summary>
    public Uri PublicAddress => _options.PublicUrl is { } told ? new Uri(told) : Address;
    public IServiceProvider Services => _app.Services;

    /// <summary>Locks the folder, opens the stores, reads what must be known before the first request.</summary>
    /// <param name="logging">Where its log goes; by default nowhere.</param>
    /// <exception cref="ControllerStartException">The folder is in use, the stores or the certificate cannot be
    /// used.</exception>
    public static async Task<ControllerHost> BuildAsync(
        ControllerOptions options, Action<ILoggingBuilder>? logging, CancellationToken cancellationToken)
    {
        DataDirectory? folder = null;
        ControllerStores? stores = null;
        try
        {
            folder = DataDirectory.Open(options.DataFolder);
            stores = await ControllerStores.OpenAsync(options, folder, cancellationToken);
            var host = new ControllerHost(BuildApp(options, stores, logging), stores, folder, options);
            await host.LoadAsync(cancellationToken);
            return host;
        }
        catch (Exception unusable)
        {
            if (stores is not null) await stores.DisposeAsync();
            folder?.Dispose();
            if (unusable is DataDirectoryException refused)
                throw new ControllerStartException(refused.Message, refused) { InUse = refused.InUse };
            throw;
        }
    }

    /// <summary>Listens; returns once requests are taken.</summary>
    /// <exception cref="ControllerStartException">The port is taken.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (IOException busy)
        {
            throw new ControllerStartException(
                $"cannot listen on {_options.Interface}:{_options.Port}: {busy.Message.TrimEnd('.')}; give `--port` another, or stop what listens there", busy);
        }

        Address = AddressOf(_app.Services.GetRequiredService<IServer>());
        var log = _app.Services.GetRequiredService<ILogger<ControllerHost>>();
        Log.Listening(log, Address, _options.Backend);
        if (_options.Backend == StateBackend.Dev) Log.InMemory(log);
        foreach (var trouble in _app.Services.GetRequiredService<ConfigSecrets>().Troubles())
            Log.SecretMissing(log, trouble);
        if (_options.IsOpenToOthersInClear) Log.InClear(log, Address);
    }

    /// <summary>A link that signs a browser in as admin, once and within the hour.</summary>
    public Uri CreateSignInLink()
    {
        var code = Services.GetRequiredService<UiSessions>().CreateCode(SecretToken.HashOf(AdminToken));
        return new Uri(PublicAddress, $"{UiRoutes.SignIn}?code={code}");
    }

    /// <summary>Takes no more requests, lets those under way end, then stops.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    /// <summary>A link for an agent in this process; it enrols by the key and is active at once.</summary>
    public Task<LocalLink> ConnectAsync(EnrolRequest request, CancellationToken cancellationToken) =>
        LocalLink.OpenAsync(_app.Services, request, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _stores.DisposeAsync();
        _folder.Dispose();
    }

    private static WebApplication BuildApp(
        ControllerOptions options, ControllerStores stores, Action<ILoggingBuilder>? logging)
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions
            {
                ContentRootPath = options.DataFolder,
                // Otherwise the whole data folder is watched, with every folder of a log that is ever made.
                Args = ["--hostBuilder:reloadConfigOnChange=false"],
            });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        logging?.Invoke(builder.Logging);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopGrace);
        builder.Services.AddSingleton<IHostLifetime, CallerLifetime>();
        builder.Services.AddController(options, stores);
        Listener.Configure(builder.WebHost, options);
        var app = builder.Build();
        app.MapController();
        return app;
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        Services.GetRequiredService<MetricsPage>().Start();
        Services.GetRequiredService<RunMetrics>();
        // what others change from here on is heard of, what they changed before is read
        Services.GetRequiredService<EventFollower>().After = await _stores.Records.LastEventAsync(cancellationToken);
        var tokens = Services.GetRequiredService<TokenRegistry>();
        await tokens.LoadAsync(cancellationToken);
        await Services.GetRequiredService<AgentRegistry>().LoadAsync(cancellationToken);
        AdminToken = await AdminTokenFile.EnsureAsync(_folder.Path, tokens, cancellationToken);
        foreach (var initial in _options.InitialTokens)
        {
            var request = new CreateTokenRequest(initial.Namespace, initial.Role) { Namespace = initial.Namespace };
            await tokens.EnsureAsync(initial.Token, request, cancellationToken);
        }
    }

    private static Uri AddressOf(IServer server)
    {
        var listening = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        var reachable = new UriBuilder(listening);
        if (IPAddress.TryParse(listening.Host.Trim('[', ']'), out var ip)
            && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))
            reachable.Host = "127.0.0.1";
        return reachable.Uri;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "listening on {Address}, state in {Backend}")]
        public static partial void Listening(ILogger log, Uri address, StateBackend backend);

        [LoggerMessage(Level = LogLevel.Warning, Message = "the vault: {Trouble}; steps that need it cannot start")]
        public static partial void SecretMissing(ILogger log, string trouble);

        [LoggerMessage(Level = LogLevel.Warning, Message = "state is kept in memory only: it is gone when this process ends")]
        public static partial void InMemory(ILogger log);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Address} is open to other machines WITHOUT TLS: tokens, flows, logs and artifacts go over the network in clear "
                + "(secrets of attempts are sealed all the same); give a certificate, or listen on 127.0.0.1")]
        public static partial void InClear(ILogger log, Uri address);
    }
}
