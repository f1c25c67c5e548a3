using System.Text.Json;
using Weir.Engine.DataTree.Schemas;
using Weir.Engine.DataTree.Schemas.Formats;

namespace Weir.Tests.DataTree.Schemas;

public sealed class FormatTests
{
    private static readonly SchemaOptions Asserting = new() { AssertFormats = true };

    [Theory]
    [InlineData("date-time", "2026-11-22T09:30:00Z 2026-11-22t09:30:00.123456789+05:30 0000-02-29T00:00:00Z 1998-12-31T23:59:60Z 1998-12-31T15:59:60.5-08:00")]
    [InlineData("date", "2026-01-31 2024-02-29 2000-02-29")]
    [InlineData("time", "00:00:00Z 23:59:59+23:59 23:59:60Z 01:29:60+01:30 08:30:06.283185z")]
    [InlineData("duration", "P1Y P1Y2M3DT4H5M6S P4W PT0S PT36H P2DT1M P1M1D")]
    [InlineData("email", "a@b.org a.b+c@d-e.example \"a␣b\"@c.org \"a\\\"b..c\"@d.org a@[127.0.0.1] a@[IPv6:::1] ~!#$%^&*_-/=?{|}'`@c")]
    [InlineData("idn-email", "실례@실례.테스트 a@b.org")]
    [InlineData("hostname", "a example.org a-b.c 1a.2 xn--nxasmq6b xn--4gbwdl.xn--wgbh1c")]
    [InlineData("idn-hostname", "실례.테스트 l·l straße α͵β א׳ב ・ぁ ・丈 بي‌بي क्‍ष a。b ａ．b example.org xn--ihqwcrb4cv8a8dqg056pqjye")]
    [InlineData("ipv4", "0.0.0.0 255.255.255.255 1.2.3.4")]
    [InlineData("ipv6", ":: ::1 1:: 1:2:3:4:5:6:7:8 1::8 ::ffff:192.168.0.1 1:2:3:4:5:6:1.2.3.4 ::a:b 1:2:3:4:5:6:7::")]
    [InlineData("uri", "http://a.b/c?d=e#f urn:oasis:names:x mailto:a@b tel:+1-2 ldap://[2001:db8::7]/c=GB?o?x http://u:p@h:80/ http://-.~_!$&'()*+,;=:%40:80%2f::::::@e.com file:///a x:")]
    [InlineData("uri-reference", "/a/b ?q #f //h/p a/b ../x http://a ./a:b %41")]
    [InlineData("iri", "http://ƒøø.ßår/?∂éœ=πîx#πîüx http://a.b/😀")]
    [InlineData("iri-reference", "/âππ #ƒrägmênt //ƒøø.ßår âππ")]
    [InlineData("uri-template", "http://e.com/{a}/{b*}{?c,d:3}{#e.f} /plain {+x} {%41b} ä/{x}")]
    [InlineData("uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380 2EB8AA08-AA98-11EA-B4AA-73B441D16380 00000000-0000-0000-0000-000000000000")]
    [InlineData("json-pointer", "/ /a/0 /~0~1 /a//b /%41")]
    [InlineData("relative-json-pointer", "0 1/a 120/b~1c 0# 10#")]
    [InlineData("regex", "([abc])+\\s+$ (?=a) (a)\\1")]
    public void A_text_of_its_form_is_valid(string format, string texts) =>
        Assert.All(Split(texts), text => Assert.True(Holds(format, text), text));

    [Theory]
    [InlineData("date-time", "2026-11-22 2026-11-22T09:30:00 2026-02-30T00:00:00Z 2026-11-22T24:00:00Z 1998-12-31T22:59:60Z 2026-11-22T09:30:00+24:00 2026-11-22T09:30:00.Z 2026-11-22␣09:30:00Z 2026-11-2২T00:00:00Z")]
    [InlineData("date", "2026-02-29 1900-02-29 2026-13-01 2026-1-1 2026-00-10 2026-01-00 20260101 +026-01-01 2026-01-01Z")]
    [InlineData("time", "00:00:00 24:00:00Z 00:60:00Z 00:00:61Z 22:59:60Z 08:30:06+8 08:30:06+0800 8:30:06Z 08:30Z 08:30:06PST 08:30:06Z+00:00")]
    [InlineData("duration", "P PT P1 1D P1YT P1D2H P2D1Y P1YT1D P1Y2W PT1H2S P1Y2D P1.5D PT1D P২Y")]
    [InlineData("email", "a @b a@ .a@b a.@b a..b@c a␣b@c a@b@c \"a@b.org \"a\"b\"@c a@[127.0.0.300] a@[IPv6:1] a@-b ä@b.org a@b_c")]
    [InlineData("idn-email", "a@ @b 실례 .a@b")]
    [InlineData("hostname", ". a. .a a..b -a a- a_b a␣b ä ab--cd xn--X xn--a xn--xn---epa -a-.b")]
    [InlineData("idn-hostname", ". 〮실례 실〮례 a·l ·l l·a α͵S α͵ A׳ב ׳ב def・abc ・ ب٠۰ क‍ष ‍ष ͵ -> ̀hello ـߺ -ä ä- ää--ä 。a Ä")]
    [InlineData("ipv4", "1.2.3 1.2.3.4.5 256.0.0.1 01.2.3.4 1.2.3.4/8 0x7f.0.0.1 1.2.3.a 1..2.3 ১.2.3.4")]
    [InlineData("ipv6", "1 : ::: 1::2::3 1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 12345:: ::g 1:2:3:4:5:6:7:8:: ::1%eth0 ::1.2.3 1.2.3.4::1 ::1.2.3.4:5 :1:2:3:4:5:6:7 ::1/64 1:2:3:4:5:6:7:1.2.3.4")]
    [InlineData("uri", "/a //h a :a http://a␣b http://[1]/ http://a^b bad:{} a:\\b http://h:80a/ http://a%2 http://ä 1a:b http://a@b@c [a]:b")]
    [InlineData("uri-reference", "a:b:\\c \\\\a #f\\g ä 1a:b :b %4 a{b}")]
    [InlineData("iri", "/a http://2001:db8::7 http://a\\b http://a\ufdd0b")]
    [InlineData("uri-template", "{a a} {} {a,} {a:0} {a:10000} {a.} {.} {a b} {a* {^a} {a}} %4 a␣b")]
    [InlineData("uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d1638 2eb8aa08aa9811eab4aa73b441d16380 2eb8aa08-aa98-11ea-b4aa-73b441d1638g 2eb8-aa08aa98-11ea-b4aa-73b441d16380")]
    [InlineData("json-pointer", "a /~2 /a~ #/a 0")]
    [InlineData("relative-json-pointer", "/a 01/a -1/a +1 0## a")]
    [InlineData("regex", "^(abc] \\a a** [z-a]")]
    public void A_text_of_another_form_is_a_violation(string format, string texts) =>
        Assert.All(Split(texts), text => Assert.False(Holds(format, text), text));

    [Fact]
    public void The_longest_names_are_counted_as_they_are_sent()
    {
        var label = new string('a', 63);
        Assert.True(Holds("hostname", $"{label}.{label}.{label}.{label[..61]}"));
        Assert.False(Holds("hostname", $"{label}.{label}.{label}.{label[..62]}"));
        Assert.False(Holds("hostname", label + "a"));
        Assert.False(Holds("idn-hostname", new string('실', 64)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_format_ignores_what_is_no_text(string format)
    {
        var schema = SchemaText.Good($$"""{"format":"{{format}}"}""", Asserting);
        Assert.All(["1", "1.5", "{}", "[]", "null", "true"], value => Assert.True(schema.IsValid(SchemaText.Json(value))));
        Assert.False(schema.IsValid(SchemaText.Json("\"[ \\\\\"")));
    }

    [Fact]
    public void Formats_only_describe_unless_they_are_asserted()
    {
        const string Schema = """{"format":"date"}""";
        Assert.True(SchemaText.IsValid(Schema, "\"today\""));
        Assert.Equal(["(root): must be a date such as 2026-01-31 (RFC 3339) (#/format)"], SchemaText.Violations(Schema, "\"today\"", Asserting));
        Assert.True(SchemaText.IsValid("""{"format":"of-my-own"}""", "\"x\""));
    }

    [Fact]
    public void A_format_that_nobody_knows_cannot_be_asserted() =>
        Assert.Equal(
            ["#/format: the format `date-tme` is not known, so it cannot be asserted: did you mean `date-time`?"],
            SchemaText.Problems("""{"format":"date-tme"}""", Asserting));

    [Fact]
    public void A_dialect_may_assert_formats()
    {
        var options = SchemaText.With(("https://example.org/meta", """
            {"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://example.org/meta","$dynamicAnchor":"meta",
            "$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/core":true,"https://json-schema.org/draft/2020-12/vocab/format-assertion":true},
            "allOf":[{"$ref":"https://json-schema.org/draft/2020-12/meta/core"},{"$ref":"https://json-schema.org/draft/2020-12/meta/format-assertion"}]}
            """));
        Assert.NotEmpty(SchemaText.Violations("""{"$schema":"https://example.org/meta","format":"ipv4"}""", "\"x\"", options));
    }

    public static TheoryData<string> Names() => [.. TextFormat.Names];

    private static IEnumerable<string> Split(string texts) => texts.Split(' ').Select(text => text.Replace('␣', ' '));

    private static bool Holds(string format, string text) =>
        SchemaText.Good($$"""{"format":"{{format}}"}""", Asserting).IsValid(SchemaText.Json($"\"{JsonEncodedText.Encode(text)}\""));
}
