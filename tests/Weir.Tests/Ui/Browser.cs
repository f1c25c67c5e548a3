using System.Net;
using System.Text.RegularExpressions;
using Weir.Testing;

namespace Weir.Tests.Ui;

/// <summary>Asks for pages as a browser does: with cookies, and forms as the pages have them.</summary>
internal sealed partial class Browser : IDisposable
{
    private readonly TestController _controller;
    private readonly HttpClient _http;

    public Browser(TestController controller)
    {
        _controller = controller;
        _http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = Cookies })
        {
            BaseAddress = controller.Address,
        };
        _http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
    }

    public CookieContainer Cookies { get; } = new();

    public static async Task<Browser> SignedInAsync(TestController controller, string? token = null)
    {
        var browser = new Browser(controller);
        using var answer = await browser.PostAsync("/ui/sign-in", ("token", token ?? controller.AdminToken));
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return browser;
    }

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(new Uri(_controller.Address, path));

    /// <summary>A stream of events, as long as it lasts.</summary>
    public Task<Stream> StreamAsync(string path) => _http.GetStreamAsync(new Uri(_controller.Address, path));

    /// <summary>The page, which must be there.</summary>
    public async Task<string> ReadAsync(string path)
    {
        using var answer = await GetAsync(path);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {html}");
        return html;
    }

    public async Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.ToDictionary(field => field.Name, field => field.Value));
        return await _http.PostAsync(new Uri(_controller.Address, path), form);
    }

    /// <summary>Sends a form with the key that the pages of this session have.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string path, params (string Name, string Value)[] fields)
    {
        var key = FormKey().Match(await ReadAsync("/ui/agents")).Groups["key"].Value;
        return await PostAsync(path, [("form_key", key), .. fields]);
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("name=\"form_key\" value=\"(?<key>[^\"]+)\"")]
    private static partial Regex FormKey();
}
