using System.Globalization;
using Weir.Cli.Connecting;
using Weir.Cli.Output;
using Weir.Contracts.Client;
using Weir.Contracts.Routes;

namespace Weir.Cli.Checks;

/// <summary>The way to the controller: there, ready, knows the token, tells the same time.</summary>
internal sealed class ControllerChecks(ControllerCall call)
{
    private static readonly TimeSpan Tolerated = TimeSpan.FromSeconds(30);

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        var address = Endpoint.Show(call.Endpoint.Address);
        try
        {
            var version = await call.Client.GetVersionAsync(cancellationToken);
            findings.Add(Finding.Ok("controller", $"{version.Version} at {address}"));
        }
        catch (Exception silence) when (silence is HttpRequestException or WeirApiException)
        {
            return [Finding.Fail("controller", $"{address}: {silence.Message}", "weir up --detach")];
        }

        findings.Add(await ReadyAsync(cancellationToken));
        findings.Add(await TokenAsync(cancellationToken));
        findings.Add(await ClockAsync(cancellationToken));
        return findings;
    }

    private async Task<Finding> ReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await call.Client.CheckReadyAsync(cancellationToken);
            return Finding.Ok("ready", "takes requests");
        }
        catch (Exception unready) when (unready is HttpRequestException or WeirApiException)
        {
            return Finding.Fail("ready", unready.Message, $"curl {call.Endpoint.Address}readyz");
        }
    }

    private async Task<Finding> TokenAsync(CancellationToken cancellationToken)
    {
        if (call.Endpoint.Token is null)
            return Finding.Fail(
                "token", "none is known for this controller", "weir context set NAME --addr URL --token -");
        try
        {
            var me = await call.Client.WhoAmIAsync(cancellationToken);
            return Finding.Ok("token", $"{me.Name}: {Words.Of(me.Role)}, namespace {me.Namespace}");
        }
        catch (Exception refused) when (refused is HttpRequestException or WeirApiException)
        {
            return Finding.Fail("token", refused.Message, "weir context set NAME --addr URL --token -");
        }
    }

    private async Task<Finding> ClockAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient(call.Host.NewHandler());
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(call.Endpoint.Address, ApiRoutes.Health));
        using var response = await http.SendAsync(request, cancellationToken);
        if (response.Headers.Date is not { } theirs)
            return Finding.Warn("clock", "the controller does not tell its time");
        var skew = (call.Now - theirs).Duration();
        var text = skew.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        return skew <= Tolerated
            ? Finding.Ok("clock", $"within {Tolerated.TotalSeconds} s of the controller's")
            : Finding.Warn(
                "clock", $"{text} s apart from the controller's; agents allow for it, times shown here will be off",
                "timedatectl status");
    }
}
