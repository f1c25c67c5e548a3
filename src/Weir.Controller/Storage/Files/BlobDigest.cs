using System.Buffers;

namespace Weir.Controller.Storage.Files;

/// <summary>The written form of a blob's SHA-256: <c>sha256:</c> and 64 lower-case hex digits.</summary>
internal static class BlobDigest
{
    private const string Prefix = "sha256:";
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>
    /// The hex digits; null when the text is not a digest, so that no path is ever made of anything else.
    /// </summary>
    public static string? HexOf(string digest) =>
        digest.Length == Prefix.Length + 64
        && digest.StartsWith(Prefix, StringComparison.Ordinal)
        && !digest.AsSpan(Prefix.Length).ContainsAnyExcept(Digits)
            ? digest[Prefix.Length..]
            : null;

    public static string FromHash(ReadOnlySpan<byte> hash) => Prefix + Convert.ToHexStringLower(hash);

    public static string FromHex(string hex) => Prefix + hex;
}
