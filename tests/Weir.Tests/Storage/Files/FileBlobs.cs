using Weir.Controller.Storage.Files;
using Weir.Engine.Storage;
using Weir.Testing;

namespace Weir.Tests.Storage.Files;

public sealed class FileBlobs : BlobSuite
{
    private readonly TempFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly FileBlobStore _store;

    public FileBlobs() => _store = FileBlobStore.Open(_folder.Path, _time);

    protected override IBlobStore Blobs => _store;

    public override void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_file_is_where_the_digest_says()
    {
        await Put(Digest(Content), Content);
        var hex = Digest(Content)["sha256:".Length..];
        Assert.Equal(Content, File.ReadAllBytes(_folder[$"blobs/sha256/{hex[..2]}/{hex}"]));
    }

    [Fact]
    public async Task Nothing_is_left_of_a_refused_or_broken_upload()
    {
        await Put(Digest([1]), Content);
        await Put(Digest(Content), Content, 10);
        await Assert.ThrowsAsync<IOException>(
            async () => await Blobs.PutAsync(Digest(Content), new BreakingStream(), 1 << 20, Token));
        Assert.Empty(Directory.GetFiles(_folder["blobs"], "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void What_an_earlier_process_left_half_written_is_swept_at_the_start()
    {
        File.WriteAllText(_folder["blobs/incoming/7"], "half");
        FileBlobStore.Open(_folder.Path, _time);
        Assert.Empty(Directory.GetFiles(_folder["blobs/incoming"]));
    }

    [Fact]
    public async Task Collects_what_is_neither_pinned_nor_referenced()
    {
        byte[][] blobs = [[1], [2, 2], [3, 3, 3], [4, 4, 4, 4]];
        foreach (var blob in blobs) await Put(Digest(blob), blob);
        Assert.Equal(0, await Collect());
        _time.Advance(TimeSpan.FromHours(23));
        await Blobs.HeadAsync(Digest(blobs[1]), Token);
        await Put(Digest(blobs[2]), blobs[2]);
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, await Collect(Digest(blobs[3])));
        Assert.Null(await Blobs.HeadAsync(Digest(blobs[0]), Token));
        foreach (var kept in blobs[1..]) Assert.NotNull(await Blobs.HeadAsync(Digest(kept), Token));
        _time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(9, await Collect());
    }

    [Fact]
    public async Task A_blob_asked_for_while_it_is_judged_is_kept()
    {
        await Put(Digest([1]), [1]);
        _time.Advance(TimeSpan.FromHours(25));
        var idle = _store.IdleSince(_time.GetUtcNow());
        await Blobs.HeadAsync(Digest([1]), Token);
        Assert.Equal(0, _store.Delete(idle, Token));
        Assert.NotNull(await Blobs.HeadAsync(Digest([1]), Token));
    }

    [Fact]
    public async Task Only_what_was_stored_before_the_instant_is_idle()
    {
        await Put(Digest([1]), [1]);
        _time.Advance(TimeSpan.FromHours(1));
        var between = _time.GetUtcNow();
        await Put(Digest([2]), [2]);
        _time.Advance(TimeSpan.FromHours(48));
        Assert.Equal([Digest([1])], _store.IdleSince(between));
    }

    private Task<long> Collect(params string[] referenced) =>
        Task.FromResult(_store.Delete(_store.IdleSince(_time.GetUtcNow()).Except(referenced), Token));

    /// <summary>Gives some bytes, then the connection is gone.</summary>
    private sealed class BreakingStream() : MemoryStream(new byte[1000])
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var count
                ? count
                : throw new IOException("connection reset");
    }
}
