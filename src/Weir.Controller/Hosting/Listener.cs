using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Weir.Controller.Hosting;

/// <summary>Where and how the controller listens.</summary>
internal static class Listener
{
    public static void Configure(IWebHostBuilder host, ControllerOptions options)
    {
        if (options.Tls is not null) host.UseKestrelHttpsConfiguration();
        var certificate = options.Tls is { } tls ? Load(tls) : null;
        host.ConfigureServices(services => services.AddSingleton<IMemoryPoolFactory<byte>, ConnectionPoolFactory>());
        host.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
            kestrel.Limits.MaxRequestLineSize = 16 * 1024;
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
            kestrel.Listen(options.Interface, options.Port, listen =>
            {
                // without TLS there is nothing to negotiate by, so HTTP/2 only comes with it
                listen.Protocols = certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                if (certificate is not null) listen.UseHttps(certificate);
            });
        });
    }

    private static X509Certificate2 Load(TlsOptions tls)
    {
        try
        {
            if (Path.GetExtension(tls.CertificatePath) is ".pfx" or ".p12")
                return X509CertificateLoader.LoadPkcs12FromFile(tls.CertificatePath, tls.Password);
            return tls.Password is null
                ? X509Certificate2.CreateFromPemFile(tls.CertificatePath, tls.KeyPath)
                : X509Certificate2.CreateFromEncryptedPemFile(tls.CertificatePath, tls.Password, tls.KeyPath);
        }
        catch (Exception unusable) when (
            unusable is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ControllerStartException(
                $"the certificate {tls.CertificatePath} cannot be used: {unusable.Message}", unusable);
        }
    }
}
