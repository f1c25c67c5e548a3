using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Weir.Contracts.Client;
using Weir.Controller.Hosting;
using Weir.Testing;

namespace Weir.Tests.Features;

public sealed class HostingTests
{
    [Fact]
    public async Task A_second_controller_on_one_folder_is_refused_and_the_first_goes_on()
    {
        await using var controller = await TestController.StartAsync();

        var refused = await Assert.ThrowsAsync<ControllerStartException>(
            () => ControllerHost.BuildAsync(controller.Options, logging: null, CancellationToken.None));

        Assert.Contains("in use", refused.Message, StringComparison.Ordinal);
        await controller.Admin.CheckReadyAsync();
    }

    [Fact]
    public async Task A_busy_port_is_told_as_what_it_is_and_frees_the_folder()
    {
        await using var controller = await TestController.StartAsync();
        var folder = Directory.CreateTempSubdirectory("weir-test-").FullName;
        var options = new ControllerOptions { DataFolder = folder, Port = controller.Address.Port };

        for (var i = 0; i < 2; i++)
        {
            await using var second = await ControllerHost.BuildAsync(options, logging: null, CancellationToken.None);
            var refused = await Assert.ThrowsAsync<ControllerStartException>(
                () => second.StartAsync(CancellationToken.None));
            Assert.Contains($"{controller.Address.Port}", refused.Message, StringComparison.Ordinal);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("pem")]
    [InlineData("pfx")]
    public async Task It_speaks_TLS_with_a_certificate(string format)
    {
        var folder = Directory.CreateTempSubdirectory("weir-test-").FullName;
        using var certificate = SelfSigned();
        var path = Path.Combine(folder, "cert." + format);
        if (format == "pfx") await File.WriteAllBytesAsync(path, certificate.Export(X509ContentType.Pfx, "secret"));
        else await File.WriteAllTextAsync(
            path,
            certificate.ExportCertificatePem() + "\n" + certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var tls = new TlsOptions(path) { Password = format == "pfx" ? "secret" : null };
        await using var controller = await TestController.StartAsync(options => options with { Tls = tls });

        var trust =
            new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            };
        trust.CustomTrustStore.Add(certificate);
        using var handler = new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trust } };
        using var http = new HttpClient(handler);
        var client = new WeirClient(http, new WeirClientOptions(controller.Address) { Token = controller.AdminToken });

        Assert.Equal("https", controller.Address.Scheme);
        Assert.Equal("admin", (await client.WhoAmIAsync()).Name);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_used_is_told()
    {
        var folder = Directory.CreateTempSubdirectory("weir-test-").FullName;
        var options = new ControllerOptions { DataFolder = folder, Port = 0, Tls = new TlsOptions("/no/such.pem") };

        var refused = await Assert.ThrowsAsync<ControllerStartException>(
            () => ControllerHost.BuildAsync(options, logging: null, CancellationToken.None));

        Assert.Contains("/no/such.pem", refused.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("0.0.0.0", true)]
    [InlineData("127.0.0.1", false)]
    public async Task Open_to_others_without_TLS_it_says_loudly_what_goes_in_clear(string address, bool warned)
    {
        var folder = Directory.CreateTempSubdirectory("weir-test-").FullName;
        var options = new ControllerOptions { DataFolder = folder, Port = 0, Interface = IPAddress.Parse(address) };
        using var log = new CollectedLog();

        await using (
            var host = await ControllerHost.BuildAsync(
                options, logging => logging.AddProvider(log), CancellationToken.None))
        {
            await host.StartAsync(CancellationToken.None);
            await host.StopAsync(CancellationToken.None);
        }

        Assert.Equal(warned, log.Warnings.Any(line => line.Contains("WITHOUT TLS", StringComparison.Ordinal)));
        Directory.Delete(folder, recursive: true);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private sealed class CollectedLog : ILoggerProvider, ILogger
    {
        private readonly List<string> _warnings = [];

        public IReadOnlyList<string> Warnings
        {
            get
            {
                lock (_warnings) return [.. _warnings];
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            lock (_warnings) _warnings.Add(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
