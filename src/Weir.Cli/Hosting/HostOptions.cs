using System.CommandLine;
using System.Net;
using Weir.Controller.Hosting;

namespace Weir.Cli.Hosting;

/// <summary>The options of the verbs that start a controller.</summary>
internal sealed class HostOptions
{
    public Option<string?> Folder { get; } = new("--data-dir")
    {
        Description = "Where everything is kept; also by WEIR_DATA_DIR.", HelpName = "FOLDER",
    };

    public Option<string?> Interface { get; } = new("--interface")
    {
        Description = "The address to listen on; 127.0.0.1 unless told otherwise.", HelpName = "IP",
    };

    public Option<int?> Port { get; } = new("--port")
    {
        Description = "The port to listen on; 1456 unless told otherwise, 0 = any free one.", HelpName = "N",
    };

    public Option<string?> Url { get; } = new("--url")
    {
        Description = "The address others reach it at, when it is another.", HelpName = "URL",
    };

    public Option<string?> Certificate { get; } = new("--tls-cert")
    {
        Description = "Serve HTTPS with this certificate, PEM or PKCS#12.", HelpName = "FILE",
    };

    public Option<string?> Key { get; } = new("--tls-key") { Description = "The certificate's key, PEM.", HelpName = "FILE" };

    public Option<string?> Backend { get; } = new("--state-backend")
    {
        Description = "sqlite, or dev: in memory, gone with the process.", HelpName = "NAME",
    };

    public HostOptions() => Backend.AcceptOnlyFromAmong("sqlite", "dev");

    public IReadOnlyList<Option> All => [Folder, Interface, Port, Url, Certificate, Key, Backend];

    public ControllerOptions Read(Invocation invocation)
    {
        var options = new ControllerOptions { DataFolder = DataFolder.Of(invocation.Host, invocation.Value(Folder)) };
        return Override(invocation, options);
    }

    private ControllerOptions Override(Invocation invocation, ControllerOptions options) => options with
    {
        Interface = invocation.Value(Interface) is { } ip ? AddressOf(ip) : options.Interface,
        Port = PortOf(invocation.Value(Port) ?? options.Port),
        PublicUrl = invocation.Value(Url) ?? options.PublicUrl,
        Backend = invocation.Value(Backend) is { } backend ? BackendOf(backend) : options.Backend,
        Tls = invocation.Value(Certificate) is { } file
            ? new TlsOptions(Path.GetFullPath(file, invocation.Host.Folder)) { KeyPath = invocation.Value(Key) }
            : options.Tls,
        Time = invocation.Host.Time,
    };

    private static IPAddress AddressOf(string text) => IPAddress.TryParse(text, out var address)
        ? address
        : throw CliException.Usage($"--interface: '{text}' is no IP address; expected something like 127.0.0.1 or 0.0.0.0");

    private static int PortOf(int port) =>
        port is >= 0 and <= 65535 ? port : throw CliException.Usage($"--port: {port} is not within 0 and 65535");

    private static StateBackend BackendOf(string name) => name == "dev" ? StateBackend.Dev : StateBackend.Sqlite;
}
