namespace Weir.Contracts.Problems;

/// <summary>
/// The stable <c>code</c> of every refusal, as in ProblemDetails; the list is approved by a snapshot test.
/// </summary>
public static class ErrorCodes
{
    public const string AgentNotApproved = "agent.not_approved";
    public const string AgentNotFound = "agent.not_found";
    public const string AgentRevoked = "agent.revoked";
    public const string AgentState = "agent.state";
    public const string ArtifactGone = "artifact.gone";
    public const string ArtifactNotFound = "artifact.not_found";
    public const string AttemptFenced = "attempt.fenced";
    public const string BlobDigestMismatch = "blob.digest_mismatch";
    public const string BlobNotFound = "blob.not_found";
    public const string FlowInvalid = "flow.invalid";
    public const string FlowNotFound = "flow.not_found";
    public const string IdempotencyMismatch = "idempotency.mismatch";
    public const string InternalError = "internal";
    public const string KindInvalid = "kind.invalid";
    public const string KindNotFound = "kind.not_found";
    public const string LimitExceeded = "limit.exceeded";
    public const string MethodNotAllowed = "route.method_not_allowed";
    public const string NodeInvalid = "node.invalid";
    public const string NodeNotFound = "node.not_found";
    public const string NotAuthorised = "auth.required";
    public const string NotPermitted = "auth.forbidden";
    public const string ProtocolUnsupported = "protocol.unsupported";
    public const string QueryTooBroad = "query.too_broad";
    public const string RateExceeded = "limit.rate";
    public const string RequestInvalid = "request.invalid";
    public const string RouteNotFound = "route.not_found";
    public const string RunActive = "run.active";
    public const string RunFinished = "run.finished";
    public const string RunNotFound = "run.not_found";
    public const string SecretKey = "secret.key";
    public const string SecretNotFound = "secret.not_found";
    public const string SignatureInvalid = "signature.invalid";
    public const string StepNotAsked = "step.not_asked";
    public const string StepNotFound = "step.not_found";
    public const string StoreUnavailable = "store.unavailable";
    public const string TokenExpired = "token.expired";
    public const string TokenNotFound = "token.not_found";
    public const string TokenUsed = "token.used";
    public const string VersionConflict = "version.conflict";
}
