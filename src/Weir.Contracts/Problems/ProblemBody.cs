namespace Weir.Contracts.Problems;

/// <summary>The body of every refusal (RFC 9457, <c>application/problem+json</c>).</summary>
/// <param name="Code">Stable, for programs: one of <see cref="ErrorCodes"/>.</param>
/// <param name="Status">The HTTP status again.</param>
/// <param name="Title">For people, the same for every case of the code.</param>
public sealed record ProblemBody(string Code, int Status, string Title)
{
    /// <summary>For people: what happened here and what to do.</summary>
    public string? Detail { get; init; }
    public IReadOnlyList<Problem> Problems { get; set; } = [];

    /// <summary>Names the request in the controller's log; only where the controller failed.</summary>
    public string? TraceId { get; init; }
}
