namespace Weir.Contracts.Routes;

/// <summary>Every route of the API, as the controller maps and the client fills them; approved by a snapshot.</summary>
public static class ApiRoutes
{
    public const string Agent = "/v1/agents/{agent}";
    public const string AgentApprove = "/v1/agents/{agent}/approve";
    public const string AgentBlob = "/v1/agents/{agent}/blobs/{digest}";
    public const string AgentChannel = "/v1/agents/{agent}/channel";
    public const string AgentClaim = "/v1/agents/{agent}/claim";
    public const string AgentDrain = "/v1/agents/{agent}/drain";
    public const string AgentEnrol = "/v1/agents/enrol";
    public const string AgentFinish = "/v1/agents/{agent}/finish";
    public const string AgentLabels = "/v1/agents/{agent}/labels";
    public const string AgentLogs = "/v1/agents/{agent}/logs";
    public const string AgentMasks = "/v1/agents/{agent}/masks";
    public const string AgentRenew = "/v1/agents/{agent}/renew";
    public const string AgentReport = "/v1/agents/{agent}/report";
    public const string AgentResume = "/v1/agents/{agent}/resume";
    public const string AgentRevoke = "/v1/agents/{agent}/revoke";
    public const string AgentSession = "/v1/agents/{agent}/session";
    public const string Agents = "/v1/agents";
    public const string Artifact = "/v1/runs/{run}/steps/{step}/artifacts/{artifact}";
    public const string Artifacts = "/v1/runs/{run}/artifacts";
    public const string Events = "/v1/events";
    public const string Flow = "/v1/flows/{flow}";
    public const string FlowRevisions = "/v1/flows/{flow}/revisions";
    public const string Flows = "/v1/flows";
    public const string Health = "/healthz";
    public const string JoinToken = "/v1/join-tokens/{token}";
    public const string JoinTokens = "/v1/join-tokens";
    public const string Kind = "/v1/kinds/{kind}";
    public const string Kinds = "/v1/kinds";
    public const string Metrics = "/metrics";
    public const string Node = "/v1/nodes/{node}";
    public const string NodeAncestors = "/v1/nodes/{node}/ancestors";
    public const string NodeArtifact = "/v1/nodes/{node}/artifacts/{artifact}";
    public const string NodeBatch = "/v1/nodes/batch";
    public const string NodeChildren = "/v1/nodes/{node}/children";
    public const string NodeCount = "/v1/nodes/count";
    public const string NodeSubtree = "/v1/nodes/{node}/subtree";
    public const string Nodes = "/v1/nodes";
    public const string OpenApi = "/openapi/v1.json";
    public const string Ready = "/readyz";
    public const string Run = "/v1/runs/{run}";
    public const string RunCancel = "/v1/runs/{run}/cancel";
    public const string RunExplain = "/v1/runs/{run}/explain";
    public const string RunResult = "/v1/runs/{run}/result";
    public const string RunWatch = "/v1/runs/{run}/watch";
    public const string Runs = "/v1/runs";
    public const string Secret = "/v1/secrets/{secret}";
    public const string Secrets = "/v1/secrets";
    public const string SecretsRotate = "/v1/secrets/rotate";
    public const string Step = "/v1/runs/{run}/steps/{step}";
    public const string StepApprove = "/v1/runs/{run}/steps/{step}/approve";
    public const string StepLogs = "/v1/runs/{run}/steps/{step}/logs";
    public const string StepLogsFollow = "/v1/runs/{run}/steps/{step}/logs/follow";
    public const string StepReject = "/v1/runs/{run}/steps/{step}/reject";
    public const string Steps = "/v1/runs/{run}/steps";
    public const string Token = "/v1/tokens/{token}";
    public const string Tokens = "/v1/tokens";
    public const string Version = "/v1/version";
    public const string WhoAmI = "/v1/whoami";

    /// <summary>The path with its <c>{…}</c> replaced by the values, in order, each escaped.</summary>
    public static string Fill(string route, params ReadOnlySpan<string> values)
    {
        var path = route;
        foreach (var value in values)
        {
            var open = path.IndexOf('{', StringComparison.Ordinal);
            var close = path.IndexOf('}', StringComparison.Ordinal);
            if (open < 0) throw new ArgumentException($"{route} has fewer places than values", nameof(values));
            path = string.Concat(path.AsSpan(0, open), Uri.EscapeDataString(value), path.AsSpan(close + 1));
        }

        return path;
    }
}
