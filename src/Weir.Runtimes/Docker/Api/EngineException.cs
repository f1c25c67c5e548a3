using System.Net;

namespace Weir.Runtimes.Docker.Api;

/// <summary>
/// The engine refused or failed; <paramref name="status"/> is null when it said so in the middle of a body.
/// </summary>
internal sealed class EngineException(string message, HttpStatusCode? status) : Exception(message)
{
    public HttpStatusCode? Status => status;

    public bool IsMissing => status == HttpStatusCode.NotFound;

    public bool IsConflict => status == HttpStatusCode.Conflict;
}
