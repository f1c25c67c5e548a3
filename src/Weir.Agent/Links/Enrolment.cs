using System.Text.Json;
using Microsoft.Extensions.Logging;
using Weir.Agent.Pacing;
using Weir.Contracts.Agents;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Engine.Links;

namespace Weir.Agent.Links;

/// <summary>
/// Makes the agent known to its controller: at once with a join token, else once an admin approves it.
/// </summary>
internal sealed partial class Enrolment(
    ControllerHttp http, AgentIdentityFile identity, EnrolRequest request, ILogger log)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Returns when the agent may work. Throws the <see cref="LinkException"/> by which it was refused; a controller
    /// that is away is waited for.
    /// </summary>
    public async Task RunAsync(TimeProvider time, Jitter jitter, CancellationToken cancellationToken)
    {
        var told = false;
        for (var failures = 0; ;)
        {
            try
            {
                var answer = await AskAsync(cancellationToken);
                identity.Enrolled(http.Controller.ToString(), answer.AgentId);
                if (answer.State is AgentState.Active or AgentState.Draining) return;
                if (answer.State == AgentState.Revoked) throw Revoked();
                if (!told) Log.Waiting(log, answer.AgentId);
                (told, failures) = (true, 0);
                await Task.Delay(jitter.Spread(AskAgain, 0.2), time, cancellationToken);
            }
            catch (LinkException e) when (
                !e.Permanent && e.Code is not (ErrorCodes.TokenExpired or ErrorCodes.TokenUsed))
            {
                if (++failures == 1) Log.Unreachable(log, e.Message);
                await Task.Delay(jitter.Backoff(failures), time, cancellationToken);
            }
        }
    }

    private async Task<EnrolResponse> AskAsync(CancellationToken cancellationToken)
    {
        const string Path = "/v1/agents/enrol";
        var body = JsonSerializer.SerializeToUtf8Bytes(request, WeirJson.Default.EnrolRequest);
        for (var again = false; ; again = true)
        {
            using var message =
                new HttpRequestMessage(HttpMethod.Post, Path) { Content = ControllerHttp.JsonContent(body) };
            OwnSignature.Add(message, Path, body, http.Now, identity);
            try
            {
                using var response = await http.SendAsync(message, Timeout, cancellationToken);
                return await ControllerHttp.ReadAsync(response, WeirJson.Default.EnrolResponse, cancellationToken);
            }
            catch (LinkException e) when (!again && e.Code == ErrorCodes.SignatureInvalid)
            {
                // our clock was wrong: the refusal has set it right
            }
        }
    }

    private static LinkException Revoked() =>
        new("this agent was revoked") { Permanent = true, Code = ErrorCodes.AgentRevoked };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Waiting for approval: weir agent approve {AgentId}")]
        public static partial void Waiting(ILogger logger, string agentId);

        [LoggerMessage(2, LogLevel.Warning, "Not enrolled yet: {Reason}")]
        public static partial void Unreachable(ILogger logger, string reason);
    }
}
