using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Engine.Security;

/// <summary>
/// How an agent proves that a request is its own. What is signed is the canonical text
/// <c>METHOD\npath-and-query\ntime in unix ms\nhex SHA-256 of the body</c>: with the agent's P-256 key when it enrols
/// or opens a session (<c>Weir-Signature</c>), with the session's key afterwards (<c>Weir-Mac</c>). All signatures are
/// base64.
/// </summary>
public static class RequestSignature
{
    /// <summary>
    /// Stands for the digest of a body that is sent as it is read; such bodies are verified by their own digest.
    /// </summary>
    public const string StreamedBody = "stream";

    /// <summary>How far apart the two clocks may be.</summary>
    public static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(5);

    public static string DigestOf(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body));

    public static byte[] Canonical(string method, string pathAndQuery, long unixMilliseconds, string bodyDigest) =>
        Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{method}\n{pathAndQuery}\n{unixMilliseconds}\n{bodyDigest}"));

    public static string Sign(ECDsa key, ReadOnlySpan<byte> canonical) => Convert.ToBase64String(
        key.SignData(canonical, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    /// <summary>
    /// False for a wrong signature and for anything that is no P-256 key (SubjectPublicKeyInfo) or no base64.
    /// </summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> canonical, string signature)
    {
        Span<byte> bytes = stackalloc byte[64];
        if (!Convert.TryFromBase64String(signature, bytes, out var length) || length != bytes.Length) return false;
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out _);
            return key.KeySize == 256 && key.VerifyData(
                canonical, bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public static string Mac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> canonical) =>
        Convert.ToBase64String(HMACSHA256.HashData(key, canonical));

    /// <summary>Takes the same time whatever the difference.</summary>
    public static bool VerifyMac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> canonical, string mac)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (!Convert.TryFromBase64String(mac, given, out var length) || length != given.Length) return false;
        return CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, canonical), given);
    }
}
