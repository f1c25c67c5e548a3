using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;

namespace Weir.Engine.Vault;

/// <summary>
/// The keys that wrap all others: AES-256, one a line in base64 or hex. The first seals, every one opens, so a new key
/// comes before the old one, everything is sealed anew, and the old one goes. Thread-safe.
/// </summary>
public sealed class MasterKeys
{
    private const int KeyBytes = 32;
    private const int IdBytes = 4;
    private readonly Func<string> _read;
    private ImmutableArray<(string Id, byte[] Key)> _keys;

    /// <param name="read">The text of the keys; asked again for a key that is not known. Throws
    /// <see cref="IOException"/> when it cannot be read.</param>
    /// <exception cref="FormatException">The text holds no key, or something else as well.</exception>
    public MasterKeys(Func<string> read)
    {
        _read = read;
        _keys = Parse(read());
    }

    /// <summary>Names the key that seals.</summary>
    public string CurrentId => _keys[0].Id;

    /// <summary>A line for a file of keys.</summary>
    public static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>Reads the keys again, so that a new one holds without a restart.</summary>
    public void Reload() => _keys = Parse(_read());

    /// <summary>The key that seals, with its id.</summary>
    internal (string Id, byte[] Key) Current => _keys[0];

    /// <summary>Null when it is not among the keys, also not after they were read again.</summary>
    internal byte[]? Find(string id)
    {
        if (Known(id) is { } key) return key;
        try
        {
            Reload();
        }
        catch (Exception e) when (e is FormatException or IOException)
        {
            return null;
        }

        return Known(id);
    }

    private byte[]? Known(string id) => _keys.FirstOrDefault(key => key.Id == id).Key;

    private static ImmutableArray<(string Id, byte[] Key)> Parse(string text)
    {
        var keys = ImmutableArray.CreateBuilder<(string, byte[])>();
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        foreach (var (index, word) in words.Index())
        {
            var key = Decode(word) ?? throw new FormatException(string.Create(
                CultureInfo.InvariantCulture,
                $"key {index + 1} is not {KeyBytes} bytes in base64 or hex: make one by `openssl rand -base64 32`"));
            keys.Add((Convert.ToHexStringLower(SHA256.HashData([.. "weir key id"u8, .. key]).AsSpan(0, IdBytes)), key));
        }

        if (keys.Count == 0) throw new FormatException("no key: make one by `openssl rand -base64 32`");
        return keys.ToImmutable();
    }

    private static byte[]? Decode(string word)
    {
        var bytes = new byte[word.Length];
        if (word.Length == 2 * KeyBytes && word.All(char.IsAsciiHexDigit)) return Convert.FromHexString(word);
        return Convert.TryFromBase64String(word, bytes, out var length) && length == KeyBytes ? bytes[..length] : null;
    }
}
