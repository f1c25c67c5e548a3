using System.Net;
using Weir.Contracts.Client;
using Weir.Contracts.Problems;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Engine.Links;

namespace Weir.Cli;

/// <summary>What the process returns; the numbers are part of the interface.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;
    public const int Error = 1;
    public const int Usage = 2;
    public const int RunFailed = 3;
    public const int NotAuthorised = 4;
    public const int NotFound = 5;
    public const int Conflict = 6;
    public const int TimedOut = 7;
    public const int Unreachable = 8;
    public const int Interrupted = 130;

    public static int Of(RunView run) => run.Status == RunStatus.Success ? Ok : RunFailed;

    public static int Of(LinkException refused) => refused.Code switch
    {
        null => Unreachable,
        ErrorCodes.AgentNotFound or ErrorCodes.AgentRevoked or ErrorCodes.SignatureInvalid => NotAuthorised,
        ErrorCodes.TokenExpired or ErrorCodes.TokenUsed or ErrorCodes.NotAuthorised => NotAuthorised,
        _ => Error,
    };

    public static int Of(WeirApiException refusal) => refusal.Status switch
    {
        HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity => Usage,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => NotAuthorised,
        HttpStatusCode.NotFound or HttpStatusCode.Gone => NotFound,
        HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed => Conflict,
        HttpStatusCode.GatewayTimeout or HttpStatusCode.RequestTimeout => TimedOut,
        HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway => Unreachable,
        _ => Error,
    };
}
