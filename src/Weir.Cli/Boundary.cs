using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Security.Authentication;
using Weir.Cli.Output;
using Weir.Contracts.Client;
using Weir.Engine.Links;

namespace Weir.Cli;

/// <summary>The one place where exceptions become messages and exit codes.</summary>
internal static class Boundary
{
    [SuppressMessage("Design", "CA1031", Justification = "The process ends here: failures are told, not dumped.")]
    public static async Task<int> RunAsync(CliHost host, Func<Task<int>> body)
    {
        try
        {
            return await body();
        }
        catch (CliException told)
        {
            return Fail(host, told.ExitCode, told.Message);
        }
        catch (WeirApiException refusal)
        {
            return Refused(host, refusal);
        }
        catch (LinkException refused)
        {
            return Fail(host, ExitCodes.Of(refused), refused.Message + (refused.Code is { } code ? $" ({code})" : ""));
        }
        catch (HttpRequestException unreachable)
        {
            return Fail(host, ExitCodes.Unreachable, Describe(unreachable));
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception other)
        {
            return Fail(host, ExitCodes.Error, host.Setting("WEIR_DEBUG") is null ? other.Message : other.ToString());
        }
    }

    public static int Fail(CliHost host, int code, string message)
    {
        host.Error.WriteLine($"weir: {message}");
        return code;
    }

    private static int Refused(CliHost host, WeirApiException refusal)
    {
        if (refusal.Problems.Count > 0) ProblemList.Write(host.Error, refusal.Problems, file: null);
        var code = refusal.Code.Length > 0 ? $" ({refusal.Code})" : "";
        var trace = refusal.TraceId is { } id ? $", trace {id}" : "";
        var said = refusal.Problems.Count > 0 ? "the controller refused it" : refusal.Message;
        return Fail(host, ExitCodes.Of(refusal), $"{said}{code}{trace}");
    }

    private static string Describe(HttpRequestException failure) => failure.InnerException switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
            $"{failure.Message}; is the controller running? `weir up` starts one, `weir doctor` looks closer",
        AuthenticationException tls => $"{failure.Message}: {tls.Message}",
        _ => failure.Message,
    };
}
