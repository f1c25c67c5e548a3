using System.Security.Cryptography;
using System.Text;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Planning;
using Weir.Engine.Running;
using Weir.Engine.Scheduling;
using Weir.Engine.Security;
using Weir.Engine.Storage;
using Weir.Engine.Vault;
using Weir.Tests.Scheduling;

namespace Weir.Tests.Vault;

/// <summary>What becomes of an attempt when its secrets must not, or cannot, be had.</summary>
public sealed class AttemptSecretTests : IDisposable
{
    private const string Value = "s3cr3t-value";
    private readonly ECDiffieHellman _agentKey = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
    private readonly PlanStep _step = new()
    {
        Name = "use", Commands = ["x"], Runtime = "fake", Secrets = ["TOKEN"],
    };

    private string _keys = MasterKeys.NewKey();

    [Fact]
    public async Task A_run_that_an_untrusted_trigger_started_gets_no_secret_and_says_why()
    {
        var rig = Rig();
        var run = await rig.StartAsync(new RunInputs { Untrusted = true }, _step, new PlanStep
        {
            Name = "plain", Commands = ["x"], Runtime = "fake", Needs = [],
        });

        var handedOut = await rig.ClaimAsync(1, slots: 2);

        Assert.Equal("plain", Assert.Single(handedOut).Fence.Step);
        Assert.All(handedOut, assignment => Assert.Null(assignment.Sealed));
        var step = (await rig.Core.Keeper.LoadAsync(run, CancellationToken.None))!.Steps[0];
        Assert.Equal((RunStatus.Failed, ReasonCode.Secret), (step.Status, step.Reason));
        Assert.Equal("secret TOKEN: what an untrusted trigger starts gets no secrets", step.Message);
        Assert.Null(step.Current!.Sealed);
    }

    [Fact]
    public async Task A_trusted_run_gets_what_it_states_sealed_to_its_agent()
    {
        var rig = Rig();
        await rig.StartAsync(_step);
        var work = Assert.Single(await rig.ClaimAsync(1, slots: 1));

        Assert.Equal(Value, SealedValues.Open(_agentKey, work.Sealed!, work.Fence)!.Env["TOKEN"]);
    }

    [Fact]
    public async Task The_password_of_a_registry_is_for_the_agent_and_not_for_the_step()
    {
        var rig = Rig();
        await rig.StartAsync(_step with { Secrets = [], ImageLogin = new ImageLogin("bot", "TOKEN") });
        var work = Assert.Single(await rig.ClaimAsync(1, slots: 1));
        var piece = new LogPiece(LogStream.Stdout, 0, 0, Encoding.UTF8.GetBytes($"is {Value}\n"));
        await rig.Core.Gateway.AppendLogAsync(rig.Agent, work.Fence, [piece], CancellationToken.None);

        var sealedValues = SealedValues.Open(_agentKey, work.Sealed!, work.Fence)!;

        Assert.Equal(new RegistryLogin("bot", Value), sealedValues.Login);
        Assert.Empty(sealedValues.Env);
        Assert.DoesNotContain(Value, sealedValues.Login!.ToString(), StringComparison.Ordinal);
        Assert.Equal("is ************\n", await LogAsync(rig, work.Fence));
    }

    [Fact]
    public async Task Without_the_master_key_no_byte_of_the_log_is_taken_in()
    {
        var rig = Rig();
        await rig.StartAsync(_step);
        var fence = Assert.Single(await rig.ClaimAsync(1, slots: 1)).Fence;
        var (known, piece) = (_keys, new LogPiece(LogStream.Stdout, 0, 0, Encoding.UTF8.GetBytes($"is {Value}\n")));
        _keys = MasterKeys.NewKey();
        var other = Rig(rig);

        Task<AppendLogResponse> AppendAsync() =>
            other.AppendLogAsync(rig.Agent, fence, [piece], CancellationToken.None);
        Task<FinishResponse> FinishAsync() => other.FinishAsync(
            rig.Agent,
            new FinishRequest(fence, new AttemptOutcome(RunStatus.Success, ReasonCode.None)) { Tail = [piece] },
            CancellationToken.None);

        await Assert.ThrowsAsync<StoreUnavailableException>(AppendAsync);
        await Assert.ThrowsAsync<StoreUnavailableException>(FinishAsync);
        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => other.AddMasksAsync(rig.Agent, fence, ["another-value"], CancellationToken.None));
        Assert.Equal(0, (await LengthsAsync(rig, fence)).Stdout);

        _keys = known;
        Assert.Equal(WriteVerdict.Accepted, (await FinishAsync()).Verdict);
        Assert.Equal("is ************\n", await LogAsync(rig, fence));
    }

    [Fact]
    public async Task An_attempt_with_more_secret_values_than_are_masked_ends()
    {
        var rig = Rig();
        var run = await rig.StartAsync(_step);
        var fence = Assert.Single(await rig.ClaimAsync(1, slots: 1)).Fence;
        string[] Values(int count) => [.. Enumerable.Range(0, count).Select(i => $"value-{i:0000}")];

        var fits = await rig.Core.Gateway.AddMasksAsync(
            rig.Agent, fence, Values(AttemptSecrets.MostValues - 1), CancellationToken.None);
        var tooMany = await rig.Core.Gateway.AddMasksAsync(
            rig.Agent, fence, Values(AttemptSecrets.MostValues), CancellationToken.None);
        var late = await rig.Core.Gateway.AppendLogAsync(
            rig.Agent, fence, [new LogPiece(LogStream.Stdout, 0, 0, "value-0999"u8.ToArray())], CancellationToken.None);

        Assert.Equal(WriteVerdict.Accepted, fits.Verdict);
        Assert.Equal((WriteVerdict.Fenced, WriteVerdict.Fenced), (tooMany.Verdict, late.Verdict));
        var step = (await rig.Core.Keeper.LoadAsync(run, CancellationToken.None))!.Steps[0];
        Assert.Equal((RunStatus.Failed, ReasonCode.Secret), (step.Status, step.Reason));
        Assert.Contains("more than 1000 values", step.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await LengthsAsync(rig, fence)).Stdout);
    }

    public void Dispose() => _agentKey.Dispose();

    private GatewayRig Rig() => new(Secrets)
    {
        Agent = new AgentIdentity("agent-1", "one") { PublicKey = _agentKey.ExportSubjectPublicKeyInfo() },
    };

    /// <summary>Another controller on the same stores, which has the keys as they are now.</summary>
    private AgentGateway Rig(GatewayRig first) => new GatewayRig(Secrets, first).Core.Gateway;

    private AttemptSecrets Secrets(RunKeeper keeper) =>
        new(new SecretVault([new OneSecret()]), new MasterKeys(() => _keys), keeper);

    private static ValueTask<LogLengths> LengthsAsync(GatewayRig rig, AttemptFence fence) =>
        rig.Logs.GetLengthsAsync(StepLogs.KeyOf("default", fence), CancellationToken.None);

    private static async Task<string> LogAsync(GatewayRig rig, AttemptFence fence)
    {
        var buffer = new byte[100];
        var length = await rig.Logs.ReadAsync(
            StepLogs.KeyOf("default", fence), LogStream.Stdout, 0, buffer, CancellationToken.None);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private sealed class OneSecret : ISecretSource
    {
        public ValueTask<SecretLookup> FindAsync(
            string @namespace, string name, CancellationToken cancellationToken) =>
            new(name == "TOKEN" ? new SecretLookup(Value, null) : SecretLookup.Unknown);
    }
}
