using System.Security.Cryptography;
using System.Text;
using Weir.Engine.Security;

namespace Weir.Tests.Security;

public sealed class RequestSignatureTests
{
    private static readonly byte[] Canonical = RequestSignature.Canonical("POST", "/v1/agents/a/claim", 5, "00ff");

    [Fact]
    public void Signs_method_path_time_and_digest_line_by_line()
    {
        const string EmptyBody = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        var text = RequestSignature.Canonical("PUT", "/v1/x?run=r", 1700000000123, RequestSignature.DigestOf([]));

        Assert.Equal($"PUT\n/v1/x?run=r\n1700000000123\n{EmptyBody}", Encoding.UTF8.GetString(text));
    }

    [Fact]
    public void Verifies_what_the_key_signed()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signature = RequestSignature.Sign(key, Canonical);

        Assert.True(RequestSignature.Verify(key.ExportSubjectPublicKeyInfo(), Canonical, signature));
        Assert.False(RequestSignature.Verify(other.ExportSubjectPublicKeyInfo(), Canonical, signature));
        Assert.False(RequestSignature.Verify(key.ExportSubjectPublicKeyInfo(), [.. Canonical, 1], signature));
        Assert.Equal(64, Convert.FromBase64String(signature).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no base64")]
    [InlineData("AAAA")]
    public void Refuses_what_is_no_signature(string signature)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.False(RequestSignature.Verify(key.ExportSubjectPublicKeyInfo(), Canonical, signature));
        Assert.False(RequestSignature.VerifyMac(new byte[32], Canonical, signature));
    }

    [Fact]
    public void Refuses_what_is_no_key() =>
        Assert.False(RequestSignature.Verify([1, 2, 3], Canonical, Convert.ToBase64String(new byte[64])));

    [Fact]
    public void Verifies_a_mac_of_the_same_key_only()
    {
        var mac = RequestSignature.Mac(new byte[32], Canonical);

        Assert.True(RequestSignature.VerifyMac(new byte[32], Canonical, mac));
        Assert.False(RequestSignature.VerifyMac([.. new byte[31], 1], Canonical, mac));
        Assert.False(RequestSignature.VerifyMac(new byte[32], [.. Canonical, 1], mac));
    }
}
