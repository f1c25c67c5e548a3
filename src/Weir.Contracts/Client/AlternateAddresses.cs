namespace Weir.Contracts.Client;

/// <summary>
/// Sends requests to one of several controllers of a system, and to the next one once that one is away. A request whose
/// connection was refused has not been sent, so it goes to the next at once; after any other failure, and after an
/// answer that the controller cannot serve now, the next request does.
/// </summary>
public sealed class AlternateAddresses : DelegatingHandler
{
    private readonly IReadOnlyList<Uri> _all;
    private volatile int _chosen;

    /// <param name="all">Requests are made as to the first.</param>
    public AlternateAddresses(IReadOnlyList<Uri> all, HttpMessageHandler inner)
        : base(inner)
    {
        if (all.Count == 0) throw new ArgumentException("no address is given", nameof(all));
        _all = all;
    }

    /// <summary>Where requests go now.</summary>
    public Uri Current => _all[_chosen];

    /// <summary>It fell silent: the next request goes to another, unless they do so already.</summary>
    public void MoveOn(Uri from)
    {
        var chosen = _chosen;
        if (IsAt(from, _all[chosen])) Next(chosen);
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = request.RequestUri!;
        if (!IsAt(asked, _all[0])) return await base.SendAsync(request, cancellationToken);
        for (var tries = 1; ; tries++)
        {
            var chosen = _chosen;
            request.RequestUri = At(_all[chosen], asked);
            try
            {
                var response = await base.SendAsync(request, cancellationToken);
                if (response.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable) Next(chosen);
                return response;
            }
            catch (Exception away) when (IsAway(away, cancellationToken))
            {
                Next(chosen);
                if (tries == _all.Count || !WasNotSent(away)) throw;
            }
        }
    }

    private static bool IsAway(Exception failure, CancellationToken cancellationToken) =>
        failure is HttpRequestException or IOException
        || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static bool WasNotSent(Exception failure) => failure is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError,
    } or OperationCanceledException { InnerException: TimeoutException };

    private static bool IsAt(Uri asked, Uri address) =>
        asked.Host == address.Host && asked.Port == address.Port;

    /// <summary>A WebSocket stays one, whatever the address says.</summary>
    private static Uri At(Uri address, Uri asked)
    {
        var isSecure = address.Scheme == Uri.UriSchemeHttps;
        var scheme = asked.Scheme is "ws" or "wss" ? (isSecure ? "wss" : "ws") : address.Scheme;
        return new UriBuilder(asked) { Scheme = scheme, Host = address.Host, Port = address.Port }.Uri;
    }

    private void Next(int from) =>
        Interlocked.CompareExchange(ref _chosen, (from + 1) % _all.Count, from);
}
