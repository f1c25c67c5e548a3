using System.Text;
using Weir.Engine.Masking;

namespace Weir.Tests.Masking;

public sealed class MaskStreamTests
{
    [Theory]
    [InlineData("token: hunter22!", "token: *********")]
    [InlineData("aGh1bnRlcjIyIQ==", "aG***********Q==")]
    [InlineData("68756e7465723232 21", "68756e7465723232 21")]
    [InlineData("x68756E746572323221x", "x******************x")]
    [InlineData("q=hunter22%21&b", "q=***********&b")]
    [InlineData("hunter2", "hunter2")]
    public void Masks_a_secret_in_its_place(string text, string masked) =>
        Assert.Equal(masked, MaskSet.Of(["hunter22!"])!.Apply(text));

    [Fact]
    public void Masks_each_line_of_a_key() =>
        Assert.Equal("> *********\n> ********", MaskSet.Of(["first one\r\nline two"])!.Apply("> first one\n> line two"));

    [Fact]
    public void Has_nothing_to_do_without_a_secret_of_six_bytes() => Assert.Null(MaskSet.Of(["abcde", ""]));

    [Fact]
    public void Holds_back_only_what_may_become_a_secret()
    {
        var masks = MaskSet.Of(["abcdef"])!;
        var stream = new MaskStream();

        Assert.Equal("xyz", Text(stream.Next(masks, "xyzab"u8)));
        Assert.Equal(2, stream.Held);
        Assert.Equal("", Text(stream.Next(masks, "cde"u8)));
        Assert.Equal("******!", Text(stream.Next(masks, "f!"u8)));
        Assert.Equal("", Text(stream.Next(masks, "abc"u8)));
        Assert.Equal("abc", Text(stream.End(masks)));
        Assert.Equal(0, stream.Held);
    }

    [Fact]
    public void Masks_a_secret_whose_end_begins_another()
    {
        var masks = MaskSet.Of(["abcdef", "defghi"])!;
        var stream = new MaskStream();

        Assert.Equal("***", Text(stream.Next(masks, "abcdef"u8)));
        Assert.Equal("***...", Text(stream.Next(masks, "..."u8)));
        Assert.Equal("***", Text(stream.Next(masks, "abcdef"u8)));
        Assert.Equal("******.", Text(stream.Next(masks, "ghi."u8)));
    }

    [Fact]
    public void Gives_the_same_however_the_stream_is_cut()
    {
        var random = new Random(7);
        for (var round = 0; round < 400; round++)
        {
            var count = random.Next(1, 5);
            var secrets = Enumerable.Range(0, count).Select(_ => Letters(random, random.Next(6, 14))).ToArray();
            var text = Stream(random, secrets);
            Assert.Equal(Plainly(secrets, text), InPieces(MaskSet.Of(secrets)!, text, random));
        }
    }

    /// <summary>Few letters, so that secrets overlap themselves and each other.</summary>
    private static string Letters(Random random, int length) =>
        string.Concat(Enumerable.Range(0, length).Select(_ => "ab1"[random.Next(3)]));

    private static string Stream(Random random, string[] secrets)
    {
        var text = new StringBuilder();
        while (text.Length < 300)
        {
            var secret = secrets[random.Next(secrets.Length)];
            var forms = SecretForms.Of(secret).ToArray();
            var form = Encoding.UTF8.GetString(forms[random.Next(forms.Length)]);
            text.Append(random.Next(3) switch
            {
                0 => Letters(random, random.Next(9)),
                1 => form,
                _ => form[..random.Next(form.Length)],
            });
        }

        return text.ToString();
    }

    private static string Plainly(string[] secrets, string text)
    {
        var masked = text.ToCharArray();
        foreach (var form in secrets.SelectMany(SecretForms.Of).Select(f => Encoding.UTF8.GetString(f)))
        {
            for (var at = text.IndexOf(form, StringComparison.Ordinal); at >= 0;
                at = text.IndexOf(form, at + 1, StringComparison.Ordinal))
                masked.AsSpan(at, form.Length).Fill('*');
        }

        return new string(masked);
    }

    private static string InPieces(MaskSet masks, string text, Random random)
    {
        var stream = new MaskStream();
        var masked = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var length = Math.Min(random.Next(1, 40), text.Length - at);
            masked.Append(Text(stream.Next(masks, Encoding.UTF8.GetBytes(text.Substring(at, length)))));
            at += length;
        }

        return masked.Append(Text(stream.End(masks))).ToString();
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
