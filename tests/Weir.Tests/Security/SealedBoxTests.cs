using System.Security.Cryptography;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Security;

namespace Weir.Tests.Security;

public sealed class SealedBoxTests : IDisposable
{
    private readonly ECDiffieHellman _key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
    private static readonly AttemptFence Fence = new("01run", "build", 1, 7);

    private byte[] PublicKey => _key.ExportSubjectPublicKeyInfo();

    [Fact]
    public void Opens_what_was_sealed_to_the_key()
    {
        var box = SealedBox.Seal(PublicKey, "secret"u8, "for you"u8);

        Assert.True(SealedBox.TryOpen(_key, box, "for you"u8, out var content));
        Assert.Equal("secret"u8.ToArray(), content);
    }

    [Fact]
    public void Opens_a_box_that_another_implementation_sealed()
    {
        using var key = ECDiffieHellman.Create();
        key.ImportPkcs8PrivateKey(Convert.FromBase64String(Vector.PrivateKey), out _);

        Assert.True(SealedBox.TryOpen(key, Vector.Box, "weir vector"u8, out var content));
        Assert.Equal("the quick brown fox"u8.ToArray(), content);
    }

    [Fact]
    public void Seals_an_empty_content()
    {
        Assert.True(SealedBox.TryOpen(_key, SealedBox.Seal(PublicKey, [], []), [], out var content));
        Assert.Empty(content);
    }

    [Fact]
    public void Never_seals_the_same_content_to_the_same_bytes() =>
        Assert.NotEqual(SealedBox.Seal(PublicKey, "x"u8, []), SealedBox.Seal(PublicKey, "x"u8, []));

    [Fact]
    public void Does_not_open_for_other_associated_data() =>
        Assert.False(SealedBox.TryOpen(_key, SealedBox.Seal(PublicKey, "x"u8, "a"u8), "b"u8, out _));

    [Fact]
    public void Does_not_open_for_another_key()
    {
        using var other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

        Assert.False(SealedBox.TryOpen(other, SealedBox.Seal(PublicKey, "x"u8, []), [], out _));
    }

    [Fact]
    public void Does_not_open_when_any_byte_was_changed()
    {
        var box = Convert.FromBase64String(SealedBox.Seal(PublicKey, "secret"u8, []));
        for (var i = 0; i < box.Length; i++)
        {
            var changed = (byte[])box.Clone();
            changed[i] ^= 1;
            Assert.False(SealedBox.TryOpen(_key, Convert.ToBase64String(changed), [], out _), $"byte {i}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("!!!")]
    [InlineData("AQQ=")]
    public void Does_not_open_what_is_no_box(string text) => Assert.False(SealedBox.TryOpen(_key, text, [], out _));

    [Fact]
    public void Refuses_a_key_of_another_curve()
    {
        using var wide = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP384);

        Assert.Throws<CryptographicException>(() => SealedBox.Seal(wide.ExportSubjectPublicKeyInfo(), "x"u8, []));
    }

    [Fact]
    public void Values_of_an_attempt_open_only_for_that_attempt()
    {
        var box = new SealedValues(new Dictionary<string, string> { ["TOKEN"] = "a\nb" }).Seal(PublicKey, Fence);

        Assert.Equal("a\nb", SealedValues.Open(_key, box, Fence)!.Env["TOKEN"]);
        Assert.Null(SealedValues.Open(_key, box, Fence with { Lease = 8 }));
    }

    public void Dispose() => _key.Dispose();

    private static class Vector
    {
        public const string PrivateKey =
            "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgqBDTe8h/U9AN864+DidOADZDGv3oHs8J"
            + "EJtAiroANIWhRANCAAQld9cUEWBahQNGFjCWdU2mEVaH+qDE7ubDONj//K4YZJmrsKhYKl4+NI+ZixsK"
            + "J4glN0C77JwpQQEw2usYgC2J";
        public const string Box =
            "AQQzr00VesWPhdVPMglB0B6pH3vYMKe9nt8aPq6+vY1F5X9ieG3piMRTtQX2yj2qewFonZ8i5oLkBQrR"
            + "i9HJworBv/A6/MbAVjjtSWxZeNjD0uS2xnbTvpyU6EBU8xdn/icSOCY=";
    }
}
