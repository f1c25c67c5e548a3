using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Engine.Masking;

namespace Weir.Tests.Masking;

/// <summary>What encoders that people use make of a secret, wherever it stands in what they encode.</summary>
public sealed class SecretFormsTests
{
    private const string Alphabet =
        "abcXYZ019 -_./+=~!*'()&<>\"\\`%$@:;?{}\té€\U0001F600";

    private static readonly (string Name, Func<string, string> Encode)[] Encoders =
    [
        ("plain", text => text),
        ("base64", text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text))),
        ("base64url", text => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text))),
        ("hex", text => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text))),
        ("HEX", text => Convert.ToHexString(Encoding.UTF8.GetBytes(text))),
        ("percent", Uri.EscapeDataString),
        ("form", text => WebUtility.UrlEncode(text)),
        ("query", text => UrlEncoder.Default.Encode(text)),
        ("json", text => JsonSerializer.Serialize(text)),
        ("json, relaxed", text => "\"" + JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text) + "\""),
    ];

    [Fact]
    public void A_mask_leaves_nothing_of_what_common_encoders_make()
    {
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            var secret = Letters(random, random.Next(6, 50));
            if (!MaskSet.CanMask(secret)) continue;
            var masks = MaskSet.Of([secret])!;
            foreach (var (name, encode) in Encoders)
            {
                var (before, after) = (Around(random), Around(random));
                var masked = masks.Apply(encode(before + secret + after));
                Assert.True(Leaks(masked, encode(secret)) < 6, $"{name} of `{secret}` in `{before}…{after}`: {masked}");
            }
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(76)]
    public void A_mask_covers_base64_that_is_broken_into_lines(int width)
    {
        var secret = string.Concat(Enumerable.Range(0, 30).Select(i => $"part {i}; "));
        foreach (var end in (string[])["", "\n"])
        {
            var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(secret + end));
            var lines = encoded.Chunk(width).Select(line => new string(line));
            var masked = MaskSet.Of([secret])!.Apply(string.Join('\n', lines));
            Assert.True(masked.Count(char.IsAsciiLetterOrDigit) < 6, masked);
        }
    }

    /// <summary>Length of the longest part of the encoded secret, its ends left out, that can still be read.</summary>
    private static int Leaks(string masked, string encoded)
    {
        var inner = encoded.Trim('"').TrimEnd('=');
        for (var length = Math.Min(8, inner.Length - 4); length > 0; length--)
        {
            for (var at = 2; at + length <= inner.Length - 2; at++)
            {
                if (length >= 6 && masked.Contains(inner[at..(at + length)], StringComparison.Ordinal)) return length;
            }
        }

        return 0;
    }

    private static string Around(Random random) => string.Concat(
        Enumerable.Range(0, random.Next(7)).Select(_ => "#|"[random.Next(2)]));

    private static string Letters(Random random, int length)
    {
        var runes = Alphabet.EnumerateRunes().ToArray();
        return string.Concat(Enumerable.Range(0, length).Select(_ => runes[random.Next(runes.Length)]));
    }
}
