using System.Net;
using Weir.Contracts.Problems;

namespace Weir.Contracts.Client;

/// <summary>
/// The controller refused. <see cref="Code"/> is one of <see cref="ErrorCodes"/>, or empty when it was no controller.
/// </summary>
public sealed class WeirApiException(HttpStatusCode status, ProblemBody body) : Exception(body.Detail ?? body.Title)
{
    public HttpStatusCode Status { get; } = status;
    public string Code { get; } = body.Code;
    public IReadOnlyList<Problem> Problems { get; } = body.Problems;
    public string? TraceId { get; } = body.TraceId;
}
