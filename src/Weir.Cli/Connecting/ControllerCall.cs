using System.CommandLine;
using Weir.Cli.Output;
using Weir.Contracts.Client;

namespace Weir.Cli.Connecting;

/// <summary>One use of a command that asks a controller.</summary>
internal sealed class ControllerCall : IDisposable
{
    private readonly Invocation _invocation;
    private readonly HttpClient _http;

    public ControllerCall(Invocation invocation)
        : this(invocation, Endpoint.Of(invocation))
    {
    }

    public ControllerCall(Invocation invocation, Endpoint endpoint)
    {
        _invocation = invocation;
        Endpoint = endpoint;
        // the client has its own time limits, which streams outlive
        _http = new HttpClient(new AlternateAddresses(Endpoint.Addresses, Host.NewHandler()))
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
        Client = new WeirClient(_http, new WeirClientOptions(Endpoint.Address)
        {
            Token = Endpoint.Token, Namespace = Endpoint.Namespace, Time = Host.Time,
        });
    }

    public CliHost Host => _invocation.Host;
    public Endpoint Endpoint { get; }
    public WeirClient Client { get; }
    public Printer Printer => _invocation.Printer;
    public OutputFormat Format => _invocation.Format;
    public Palette Palette => _invocation.Palette;
    public DateTimeOffset Now => Host.Time.GetUtcNow();

    public T? Value<T>(Option<T> option) => _invocation.Value(option);

    public T Value<T>(Argument<T> argument) => _invocation.Value(argument);

    public void Dispose() => _http.Dispose();
}
