using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Contracts.AgentProtocol;

namespace Weir.Engine.Security;

/// <summary>What an assignment carries sealed: values that the step gets as environment variables.</summary>
public sealed record SealedValues(IReadOnlyDictionary<string, string> Env)
{
    /// <summary>With which the agent pulls the step's image; null = with what its own machine has.</summary>
    public RegistryLogin? Login { get; init; }

    /// <summary>All that must not be seen.</summary>
    [JsonIgnore]
    public IEnumerable<string> Secrets => Login is { } login ? Env.Values.Append(login.Password) : Env.Values;

    /// <summary>The text for <see cref="Assignment.Sealed"/>; only that attempt's agent can open it.</summary>
    public string Seal(ReadOnlySpan<byte> publicKey, AttemptFence fence) => SealedBox.Seal(
        publicKey,
        JsonSerializer.SerializeToUtf8Bytes(this, SealedValuesJson.Default.SealedValues),
        SealedBox.ForAttempt(fence));

    /// <summary>Null when the text was not sealed to this key for this attempt.</summary>
    public static SealedValues? Open(ECDiffieHellman key, string text, AttemptFence fence)
    {
        if (!SealedBox.TryOpen(key, text, SealedBox.ForAttempt(fence), out var content)) return null;
        try
        {
            return JsonSerializer.Deserialize(content, SealedValuesJson.Default.SealedValues);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Credentials for the registry of one image; printed without the password.</summary>
public sealed record RegistryLogin(string Username, string Password)
{
    public override string ToString() => $"login of {Username}";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SealedValues))]
internal sealed partial class SealedValuesJson : JsonSerializerContext;
