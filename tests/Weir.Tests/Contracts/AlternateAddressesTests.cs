using System.Net;
using Weir.Contracts.Client;

namespace Weir.Tests.Contracts;

public sealed class AlternateAddressesTests : IDisposable
{
    private static readonly Uri One = new("http://one:1");
    private static readonly Uri Two = new("https://two:2");
    private readonly Wire _wire = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _wire.Dispose();

    [Fact]
    public async Task The_next_one_is_asked_when_one_does_not_listen_and_stays_the_one()
    {
        using var http = Client();
        Assert.Equal("http://one:1/a?b=c", await AskAsync(http));
        _wire.Away["one"] = HttpRequestError.ConnectionError;
        Assert.Equal("https://two:2/a?b=c", await AskAsync(http));
        _wire.Away.Clear();
        Assert.Equal("https://two:2/a?b=c", await AskAsync(http));
    }

    [Fact]
    public async Task What_may_have_been_done_is_not_asked_again_elsewhere_by_itself()
    {
        using var http = Client();
        _wire.Away["one"] = HttpRequestError.ResponseEnded;
        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(http));
        Assert.Equal(["http://one:1/a?b=c"], _wire.Asked);
        Assert.Equal("https://two:2/a?b=c", await AskAsync(http));
    }

    [Fact]
    public async Task Each_is_asked_once_when_all_are_away()
    {
        using var http = Client();
        _wire.Away["one"] = _wire.Away["two"] = HttpRequestError.ConnectionError;
        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(http));
        Assert.Equal(2, _wire.Asked.Count);
    }

    [Fact]
    public async Task One_that_is_stopping_is_left_by_the_next_request()
    {
        using var http = Client();
        _wire.Status = HttpStatusCode.ServiceUnavailable;
        using (var answer = await http.GetAsync(new Uri(One, "/a"), Token))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        _wire.Status = HttpStatusCode.OK;
        Assert.Equal("https://two:2/a?b=c", await AskAsync(http));
    }

    [Fact]
    public async Task A_websocket_stays_one_and_other_addresses_are_left_alone()
    {
        using var http = Client();
        _wire.Away["one"] = HttpRequestError.ConnectionError;
        using var socket = new HttpRequestMessage(HttpMethod.Get, "ws://one:1/channel");
        using var dialled = await http.SendAsync(socket, Token);
        using var other = await http.GetAsync(new Uri("http://elsewhere:3/a"), Token);
        Assert.Equal(["ws://one:1/channel", "wss://two:2/channel", "http://elsewhere:3/a"], _wire.Asked);
    }

    private HttpClient Client() => new(new AlternateAddresses([One, Two], _wire));

    private async Task<string> AskAsync(HttpClient http)
    {
        using var answer = await http.GetAsync(new Uri(One, "/a?b=c"), Token);
        return _wire.Asked[^1];
    }

    private sealed class Wire : HttpMessageHandler
    {
        public List<string> Asked { get; } = [];

        public Dictionary<string, HttpRequestError> Away { get; } = [];

        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.ToString());
            return Away.TryGetValue(request.RequestUri.Host, out var error)
                ? throw new HttpRequestException(error)
                : Task.FromResult(new HttpResponseMessage(Status));
        }
    }
}
