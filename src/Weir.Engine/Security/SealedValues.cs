using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Contracts.AgentProtocol;

namespace Weir.Engine.Security;

/// <summary>What an assignment carries sealed: values that the step gets as environment variables.</summary>
public sealed record SealedValues(IReadOnlyDictionary<string, string> Env)
{
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

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SealedValues))]
internal sealed partial class SealedValuesJson : JsonSerializerContext;
