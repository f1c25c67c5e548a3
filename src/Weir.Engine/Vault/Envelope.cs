using System.Security.Cryptography;
using System.Text;

namespace Weir.Engine.Vault;

/// <summary>
/// Bytes at rest: AES-256-GCM under a key of their own, which a master key wraps. Both are bound to what the bytes are,
/// so that a row that was moved to another name does not open.
/// </summary>
/// <param name="KeyId">The master key that wraps.</param>
/// <param name="Wrapped">The data key: nonce, ciphertext and tag, base64.</param>
/// <param name="Content">The bytes: nonce, ciphertext and tag, base64.</param>
public sealed record Envelope(string KeyId, string Wrapped, string Content)
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <param name="what">What the bytes are; the same must be said to open them.</param>
    public static Envelope Seal(MasterKeys keys, string what, ReadOnlySpan<byte> content)
    {
        var (id, master) = keys.Current;
        Span<byte> key = stackalloc byte[KeyBytes];
        RandomNumberGenerator.Fill(key);
        var envelope = new Envelope(
            id, Encrypt(master, key, Bind("key", id, what)), Encrypt(key, content, Bind("content", id, what)));
        CryptographicOperations.ZeroMemory(key);
        return envelope;
    }

    /// <summary>Null when its master key is not known, or when it is damaged or was sealed as something else.</summary>
    public byte[]? Open(MasterKeys keys, string what)
    {
        if (keys.Find(KeyId) is not { } master || Decrypt(master, Wrapped, Bind("key", KeyId, what)) is not { } key)
            return null;
        var content = Decrypt(key, Content, Bind("content", KeyId, what));
        CryptographicOperations.ZeroMemory(key);
        return content;
    }

    private static string Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> content, byte[] bound)
    {
        var box = new byte[NonceBytes + content.Length + TagBytes];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(
            box.AsSpan(0, NonceBytes), content, box.AsSpan(NonceBytes, content.Length), box.AsSpan(^TagBytes..), bound);
        return Convert.ToBase64String(box);
    }

    private static byte[]? Decrypt(ReadOnlySpan<byte> key, string text, byte[] bound)
    {
        var box = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, box, out var length) || length < NonceBytes + TagBytes) return null;
        var content = new byte[length - NonceBytes - TagBytes];
        try
        {
            using var cipher = new AesGcm(key, TagBytes);
            cipher.Decrypt(
                box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes, content.Length),
                box.AsSpan(length - TagBytes, TagBytes), content, bound);
            return content;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static byte[] Bind(string part, string id, string what) =>
        Encoding.UTF8.GetBytes($"weir envelope 1 {part} {id} {what}");
}
