using System.Text.Json.Serialization;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Agents;
using Weir.Contracts.Events;
using Weir.Contracts.Flows;
using Weir.Contracts.Nodes;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Secrets;
using Weir.Contracts.Tokens;

namespace Weir.Contracts.Json;

/// <summary>
/// The wire's JSON: snake_case names, enums as words, unknown fields tolerated on read, nulls left out.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNameCaseInsensitive = false,
    Converters = [typeof(InstantConverter)])]
[JsonSerializable(typeof(ChannelMessage))]
[JsonSerializable(typeof(ClaimRequest))]
[JsonSerializable(typeof(ClaimResponse))]
[JsonSerializable(typeof(RenewRequest))]
[JsonSerializable(typeof(RenewResponse))]
[JsonSerializable(typeof(ReportRequest))]
[JsonSerializable(typeof(ReportResponse))]
[JsonSerializable(typeof(AppendLogResponse))]
[JsonSerializable(typeof(AddMasksRequest))]
[JsonSerializable(typeof(AddMasksResponse))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(FinishRequest))]
[JsonSerializable(typeof(FinishResponse))]
[JsonSerializable(typeof(EnrolRequest))]
[JsonSerializable(typeof(EnrolResponse))]
[JsonSerializable(typeof(SessionResponse))]
[JsonSerializable(typeof(CreateJoinTokenRequest))]
[JsonSerializable(typeof(CreateJoinTokenResponse))]
[JsonSerializable(typeof(AgentView))]
[JsonSerializable(typeof(Page<AgentView>))]
[JsonSerializable(typeof(FlowView))]
[JsonSerializable(typeof(Page<FlowView>))]
[JsonSerializable(typeof(CreateFlowRequest))]
[JsonSerializable(typeof(CreateFlowResponse))]
[JsonSerializable(typeof(RunView))]
[JsonSerializable(typeof(Page<RunView>))]
[JsonSerializable(typeof(StartRunRequest))]
[JsonSerializable(typeof(StartRunResponse))]
[JsonSerializable(typeof(RunExplanation))]
[JsonSerializable(typeof(DecideStepRequest))]
[JsonSerializable(typeof(Page<StepView>))]
[JsonSerializable(typeof(Page<ArtifactRecord>))]
[JsonSerializable(typeof(UpdateAgentRequest))]
[JsonSerializable(typeof(LogChunk))]
[JsonSerializable(typeof(StepView))]
[JsonSerializable(typeof(Page<ArtifactView>))]
[JsonSerializable(typeof(EventView))]
[JsonSerializable(typeof(EventPage))]
[JsonSerializable(typeof(KindView))]
[JsonSerializable(typeof(Page<KindView>))]
[JsonSerializable(typeof(CreateKindRequest))]
[JsonSerializable(typeof(CreateKindResponse))]
[JsonSerializable(typeof(NodeView))]
[JsonSerializable(typeof(NodePage))]
[JsonSerializable(typeof(AddNodeRequest))]
[JsonSerializable(typeof(AddTreeRequest))]
[JsonSerializable(typeof(AddedNodes))]
[JsonSerializable(typeof(AddedBatch))]
[JsonSerializable(typeof(System.Text.Json.JsonDocument))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(CreateTokenRequest))]
[JsonSerializable(typeof(CreateTokenResponse))]
[JsonSerializable(typeof(Page<TokenView>))]
[JsonSerializable(typeof(Page<JoinTokenView>))]
[JsonSerializable(typeof(SetSecretRequest))]
[JsonSerializable(typeof(SecretView))]
[JsonSerializable(typeof(Page<SecretView>))]
[JsonSerializable(typeof(RotateSecretsResponse))]
[JsonSerializable(typeof(WhoAmIView))]
[JsonSerializable(typeof(VersionView))]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(IReadOnlyList<Problem>))]
public sealed partial class WeirJson : JsonSerializerContext;
