using System.Security.Cryptography;
using System.Text;
using Weir.Contracts.AgentProtocol;

namespace Weir.Engine.Security;

/// <summary>
/// Seals bytes to the holder of a P-256 key. Format, in base64: version (1 byte, 1) · the sender's ephemeral public
/// point (65 bytes, uncompressed) · ciphertext · tag (16 bytes). Key and nonce are HKDF-SHA256 of the ECDH secret, with
/// the ephemeral point as salt and the recipient's point in the info, so that a box is bound to both; AES-256-GCM binds
/// it to the associated data. An ephemeral key is used once, so key and nonce never repeat.
/// </summary>
public static class SealedBox
{
    private const byte Version = 1;
    private const int PointBytes = 65;
    private const int HeaderBytes = 1 + PointBytes;
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private static readonly byte[] Label = "weir sealed box 1"u8.ToArray();

    /// <summary>Associated data of the values sealed for one attempt.</summary>
    public static byte[] ForAttempt(AttemptFence fence) => Encoding.UTF8.GetBytes($"attempt {fence}");

    /// <summary>Associated data of the values that a step tells to be secret.</summary>
    public static byte[] ForMasks(AttemptFence fence) => Encoding.UTF8.GetBytes($"masks {fence}");

    /// <summary>Associated data of the key of a session.</summary>
    public static byte[] ForSession(string agent, string session) =>
        Encoding.UTF8.GetBytes($"session {agent} {session}");

    /// <summary>
    /// Throws <see cref="CryptographicException"/> when the public key is not a P-256 SubjectPublicKeyInfo.
    /// </summary>
    public static string Seal(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> content, ReadOnlySpan<byte> associated)
    {
        using var recipient = ECDiffieHellman.Create();
        recipient.ImportSubjectPublicKeyInfo(publicKey, out _);
        if (recipient.KeySize != 256) throw new CryptographicException("The recipient's key is not on P-256.");
        using var sender = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var box = new byte[HeaderBytes + content.Length + TagBytes];
        box[0] = Version;
        WritePoint(sender.ExportParameters(false).Q, box.AsSpan(1, PointBytes));
        Span<byte> derived = stackalloc byte[KeyBytes + NonceBytes];
        Derive(sender, recipient, box.AsSpan(1, PointBytes), recipient, derived);
        using var cipher = new AesGcm(derived[..KeyBytes], TagBytes);
        var body = box.AsSpan(HeaderBytes);
        cipher.Encrypt(
            derived[KeyBytes..], content, body[..content.Length], body[content.Length..], Bind(box, associated));
        CryptographicOperations.ZeroMemory(derived);
        return Convert.ToBase64String(box);
    }

    /// <summary>
    /// False when it is not a box of a known version, not for this key, or its associated data are others.
    /// </summary>
    public static bool TryOpen(ECDiffieHellman key, string text, ReadOnlySpan<byte> associated, out byte[] content)
    {
        content = [];
        var box = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, box, out var length)) return false;
        if (length < HeaderBytes + TagBytes || box[0] != Version || box[1] != 4) return false;
        try
        {
            content = Open(key, box.AsSpan(0, length), associated);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static byte[] Open(ECDiffieHellman key, ReadOnlySpan<byte> box, ReadOnlySpan<byte> associated)
    {
        var point = box.Slice(1, PointBytes);
        using var sender = ECDiffieHellman.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = point[1..33].ToArray(), Y = point[33..].ToArray() },
        });
        Span<byte> derived = stackalloc byte[KeyBytes + NonceBytes];
        Derive(key, sender, point, key, derived);
        using var cipher = new AesGcm(derived[..KeyBytes], TagBytes);
        var content = new byte[box.Length - HeaderBytes - TagBytes];
        cipher.Decrypt(
            derived[KeyBytes..], box.Slice(HeaderBytes, content.Length), box[^TagBytes..], content,
            Bind(box, associated));
        CryptographicOperations.ZeroMemory(derived);
        return content;
    }

    private static void Derive(
        ECDiffieHellman mine, ECDiffieHellman theirs, ReadOnlySpan<byte> salt, ECDiffieHellman recipient,
        Span<byte> derived)
    {
        using var publicKey = theirs.PublicKey;
        var secret = mine.DeriveRawSecretAgreement(publicKey);
        Span<byte> info = stackalloc byte[Label.Length + PointBytes];
        Label.CopyTo(info);
        WritePoint(recipient.ExportParameters(false).Q, info[Label.Length..]);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, derived, salt, info);
        CryptographicOperations.ZeroMemory(secret);
    }

    private static byte[] Bind(ReadOnlySpan<byte> box, ReadOnlySpan<byte> associated) => [box[0], .. associated];

    private static void WritePoint(ECPoint point, Span<byte> target)
    {
        target[0] = 4;
        point.X!.CopyTo(target[1..]);
        point.Y!.CopyTo(target[33..]);
    }
}
