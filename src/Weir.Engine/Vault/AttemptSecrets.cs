using System.Text;
using System.Text.Json;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Masking;
using Weir.Engine.Planning;
using Weir.Engine.Running;
using Weir.Engine.Scheduling;
using Weir.Engine.Security;
using Weir.Engine.Signals;
using Weir.Engine.Storage;

namespace Weir.Engine.Vault;

/// <summary>
/// Secrets of attempts: resolved when one is handed out, sealed to its agent, and kept sealed with the attempt as long
/// as it is held, so that whichever controller takes its log in knows what to mask.
/// </summary>
public sealed class AttemptSecrets(SecretVault vault, MasterKeys keys, RunKeeper keeper)
{
    /// <summary>Values that are secret in one attempt, its own and those it tells.</summary>
    public const int MostValues = 1_000;

    private readonly BoundedCache<string, MaskSet?> _masks = new(1_024);

    /// <summary>
    /// What the agent gets; nothing when the step states no secrets. A step that cannot have them all ends.
    /// </summary>
    public async Task<Handout> HandOutAsync(
        AgentIdentity agent, RunState run, int step, CancellationToken cancellationToken)
    {
        var names = SecretRule.NamesFor(run.Plan.Steps[step]);
        if (names.Count == 0) return Handout.Nothing;
        var fence = FenceOf(run, step);
        var (values, trouble) = await ResolveAsync(run, names, cancellationToken);
        if (trouble is null && !await KeepAsync(run, step, values.Values, cancellationToken)) return Handout.Withheld;
        if (trouble is null)
            return new Handout(true, ForAgent(run.Plan.Steps[step], values).Seal(agent.PublicKey.Span, fence));
        await keeper.ApplyAsync(run.Id, new RunEvent.Withheld(fence, trouble), cancellationToken);
        return Handout.Withheld;
    }

    /// <summary>
    /// What to mask in all that comes from the attempt; null when nothing is secret. Throws <see
    /// cref="StoreUnavailableException"/> when it cannot be opened.
    /// </summary>
    public MaskSet? MasksOf(RunState run, AttemptFence fence) =>
        run.Graph.TryPositionOf(fence.Step, out var step)
        && run.Steps[step].Current is { Sealed: { } text } attempt
        && attempt.Lease == fence.Lease
            ? MasksOf(text, fence)
            : null;

    /// <summary>The step has told values that are secret from now on. False: the attempt is not held.</summary>
    public async Task<bool> AddAsync(
        AttemptFence fence, IReadOnlyList<string> values, CancellationToken cancellationToken)
    {
        // Another controller may have taken some in: what it kept is among what is kept now.
        var run = await keeper.LoadAsync(fence.Run, cancellationToken);
        return run is not null && run.Graph.TryPositionOf(fence.Step, out var step)
            && run.Steps[step].Current is { } attempt && attempt.Lease == fence.Lease
            && await KeepAsync(run, step, values, cancellationToken);
    }

    private MaskSet? MasksOf(string text, AttemptFence fence)
    {
        if (_masks.TryGet(text, out var known)) return known;
        var masks = MaskSet.Of(Open(text, fence));
        _masks.Put(text, masks);
        return masks;
    }

    private async Task<(Dictionary<string, string> Values, string? Trouble)> ResolveAsync(
        RunState run, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (SecretRule.Refusal(run.Inputs) is { } refusal)
            return (values, $"secret {string.Join(", ", names)}: {refusal}");
        var troubles = new List<string>();
        foreach (var name in names)
        {
            var found = await vault.FindAsync(run.Namespace, name, cancellationToken);
            if (found.Value is { } value) values[name] = value;
            else troubles.Add($"secret {name}: {found.Trouble}");
        }

        if (values.Values.Sum(Encoding.UTF8.GetByteCount) > SecretRule.MaxBytesPerStep)
            troubles.Add($"the secrets of the step are more than {SecretRule.MaxBytesPerStep >> 10} KiB");
        return (values, troubles.Count == 0 ? null : string.Join("; ", troubles));
    }

    private async Task<bool> KeepAsync(
        RunState run, int step, IEnumerable<string> values, CancellationToken cancellationToken)
    {
        var fence = FenceOf(run, step);
        var known = run.Steps[step].Current!.Sealed is { } text ? Open(text, fence) : [];
        string[] all = [.. known.Union(values.Where(MaskSet.CanMask), StringComparer.Ordinal)];
        if (all.Length == known.Count) return true;
        if (all.Length > MostValues)
        {
            var many = $"it told more than {MostValues} values to be secret, which cannot all be masked";
            await keeper.ApplyAsync(run.Id, new RunEvent.Withheld(fence, many), cancellationToken);
            return false;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(all, VaultJson.Default.Texts);
        var envelope = Envelope.Seal(keys, What(fence), json);
        var kept = new RunEvent.SecretsKept(fence, JsonSerializer.Serialize(envelope, VaultJson.Default.Envelope));
        var applied = await keeper.ApplyAsync(run.Id, kept, cancellationToken);
        return applied.Verdict != EventVerdict.Refused;
    }

    // Without its key nothing of the attempt's log is taken in: its agent keeps it and asks again.
    private IReadOnlyList<string> Open(string text, AttemptFence fence)
    {
        var envelope = JsonSerializer.Deserialize(text, VaultJson.Default.Envelope)!;
        return envelope.Open(keys, What(fence)) is { } json
            ? JsonSerializer.Deserialize(json, VaultJson.Default.Texts)!
            : throw new StoreUnavailableException(
                $"what is secret in {fence} is sealed with the master key {envelope.KeyId}, which is not here");
    }

    /// <summary>The password of a login is for the agent; only what the step states becomes its environment.</summary>
    private static SealedValues ForAgent(PlanStep step, Dictionary<string, string> values) =>
        new(step.Secrets.ToDictionary(name => name, name => values[name]))
        {
            Login = step.ImageLogin is { } login
                ? new RegistryLogin(login.Username, values[login.Password])
                : null,
        };

    private static AttemptFence FenceOf(RunState run, int step)
    {
        var attempt = run.Steps[step].Current!;
        return new AttemptFence(run.Id, run.Steps[step].Name, attempt.Number, attempt.Lease);
    }

    private static string What(AttemptFence fence) => $"attempt {fence}";
}

/// <param name="MayStart">False when the attempt ended instead.</param>
/// <param name="Sealed">For <see cref="Assignment.Sealed"/>.</param>
public readonly record struct Handout(bool MayStart, string? Sealed)
{
    public static Handout Nothing => new(true, null);

    public static Handout Withheld => default;
}
