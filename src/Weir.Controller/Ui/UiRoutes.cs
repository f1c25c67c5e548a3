namespace Weir.Controller.Ui;

/// <summary>The addresses of all pages. They are stable: people keep and send them.</summary>
internal static class UiRoutes
{
    public const string Root = "/ui";
    public const string SignIn = Root + "/sign-in";
    public const string SignOut = Root + "/sign-out";
    public const string Asset = Root + "/assets/{name}";
    public const string Namespace = Root + "/namespace";
    public const string Agents = Root + "/agents";
    public const string AgentChange = Agents + "/{agent}/{change}";
    public const string JoinToken = Agents + "/join";
    public const string Overview = Root + "/ns/{namespace}";
    public const string Live = Overview + "/live";
    public const string Flows = Overview + "/flows";
    public const string Flow = Flows + "/{flow}";
    public const string Runs = Overview + "/runs";
    public const string Run = Runs + "/{run}";
    public const string RunCancel = Run + "/cancel";
    public const string StepApprove = Run + "/steps/{step}/approve";
    public const string StepReject = Run + "/steps/{step}/reject";
    public const string Log = Run + "/steps/{step}/log";
    public const string LogLines = Log + "/lines";
    public const string LogFollow = Log + "/follow";
    public const string LogRaw = Log + "/raw";
    public const string Artifact = Run + "/steps/{step}/artifacts/{artifact}";
    public const string Nodes = Overview + "/nodes";
    public const string Node = Nodes + "/{node}";
    public const string NodeArtifact = Node + "/artifacts/{artifact}";
}
