using System.Security.Cryptography;
using Weir.Engine.Storage;

namespace Weir.Tests.Storage;

/// <summary>What every backend of blobs must do.</summary>
public abstract class BlobSuite : IDisposable
{
    protected static readonly byte[] Content = RandomBytes(300_000);

    protected abstract IBlobStore Blobs { get; }

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public abstract void Dispose();

    [Fact]
    public async Task Keeps_bytes_under_their_digest()
    {
        Assert.Equal(BlobPutOutcome.Stored, await Put(Digest(Content), Content));
        Assert.Equal(BlobPutOutcome.AlreadyThere, await Put(Digest(Content), Content));
        Assert.Equal(Content.Length, await Blobs.HeadAsync(Digest(Content), Token));
        Assert.Equal(Content, await Read(Digest(Content)));
    }

    [Fact]
    public async Task Keeps_an_empty_blob()
    {
        Assert.Equal(BlobPutOutcome.Stored, await Put(Digest([]), []));
        Assert.Equal(0, await Blobs.HeadAsync(Digest([]), Token));
        Assert.Empty((await Read(Digest([])))!);
    }

    [Fact]
    public async Task Refuses_other_bytes_than_the_digest_says()
    {
        var digest = Digest([1, 2, 3]);
        Assert.Equal(BlobPutOutcome.DigestMismatch, await Put(digest, Content));
        Assert.Null(await Blobs.HeadAsync(digest, Token));
        Assert.Null(await Blobs.OpenAsync(digest, Token));
        Assert.Null(await Blobs.HeadAsync(Digest(Content), Token));
    }

    [Fact]
    public async Task Refuses_more_bytes_than_allowed()
    {
        Assert.Equal(BlobPutOutcome.TooLarge, await Put(Digest(Content), Content, Content.Length - 1));
        Assert.Null(await Blobs.HeadAsync(Digest(Content), Token));
        Assert.Equal(BlobPutOutcome.Stored, await Put(Digest(Content), Content, Content.Length));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../etc/passwd000")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public async Task What_is_no_digest_is_never_there(string digest)
    {
        Assert.Equal(BlobPutOutcome.DigestMismatch, await Put(digest, []));
        Assert.Null(await Blobs.HeadAsync(digest, Token));
        Assert.Null(await Blobs.OpenAsync(digest, Token));
    }

    [Fact]
    public async Task The_same_blob_may_come_from_many_at_once()
    {
        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => Put(Digest(Content), Content).AsTask(), Token)));
        Assert.All(outcomes, outcome => Assert.True(outcome is BlobPutOutcome.Stored or BlobPutOutcome.AlreadyThere));
        Assert.Equal(Content, await Read(Digest(Content)));
    }

    protected static string Digest(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    protected ValueTask<BlobPutOutcome> Put(string digest, byte[] bytes, long maxBytes = 1 << 20) =>
        Blobs.PutAsync(digest, new MemoryStream(bytes), maxBytes, Token);

    private async Task<byte[]?> Read(string digest)
    {
        await using var stream = await Blobs.OpenAsync(digest, Token);
        if (stream is null) return null;
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Token);
        return copy.ToArray();
    }

    private static byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
