using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Engine.Agents;

/// <summary>Bearer secrets: <c>weir_</c> and 32 random bytes in base64url. Only their SHA-256 is ever stored.</summary>
public static class SecretToken
{
    public const string Prefix = "weir_";
    private const int MaxLength = 512;

    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>
    /// The name under which a token is stored: 64 hex digits. Finding it tells nothing about the token.
    /// </summary>
    public static string HashOf(string token) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public static bool IsPlausible(string token) => token.Length is > 0 and <= MaxLength;
}
