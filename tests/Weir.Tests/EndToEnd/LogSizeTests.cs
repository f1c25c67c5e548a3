using System.Security.Cryptography;
using Weir.Contracts.Client;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;

namespace Weir.Tests.EndToEnd;

public sealed class LogSizeTests
{
    private const int Mebibyte = 1 << 20;

    /// <summary>What a process of ours has in use when busy is 120 to 195 MB; the log itself would add 100.</summary>
    private const int MostMebibytes = 220;

    [Fact]
    public async Task A_hundred_megabytes_with_lines_of_ten_and_binary_come_through_byte_for_byte_in_bounded_memory()
    {
        await using var pair = await WeirPair.StartAsync();
        var (input, digest) = await MakeInputAsync(pair.Weir.OpenFolder("input"));
        var run = await pair.EndAsync(await pair.StartRunAsync($$"""
            name: big
            runtime: process
            steps: [{ name: a, env: { FILE: '{{input}}' }, commands: ['cat "$FILE"; cat "$FILE" | head -c 1000000 >&2'] }]
            """));

        Assert.Equal(RunStatus.Success, run.Status);
        var file = pair.StdoutFile(run, "a");
        Assert.Equal(new FileInfo(input).Length, new FileInfo(file).Length);
        Assert.Equal(digest, await DigestAsync(file));
        Assert.InRange(pair.Agent.PeakMebibytes, 1, MostMebibytes);
        Assert.InRange(pair.Controller.PeakMebibytes, 1, MostMebibytes);
        Assert.Equal(digest, await DownloadAsync(pair.Client.Logs, run));
        Assert.InRange(pair.Controller.PeakMebibytes, 1, MostMebibytes);
    }

    [Fact]
    public async Task A_stream_without_a_newline_can_be_read_while_it_grows()
    {
        await using var pair = await WeirPair.StartAsync();
        var marks = pair.Weir.OpenFolder("marks");
        var run = await pair.StartRunAsync($$"""
            name: dots
            runtime: process
            steps:
              - name: a
                env: { MARKS: '{{marks}}' }
                commands: ['until [ -e "$MARKS/on" ]; do printf .; sleep 0.05; done']
            """);
        var seen = 0;
        await foreach (var chunk in pair.Client.Logs.FollowAsync(run.Id, "a"))
        {
            Assert.Equal(-1, chunk.Bytes.Span.IndexOfAnyExcept((byte)'.'));
            seen += chunk.Bytes.Length;
            if (seen > 20) await File.WriteAllTextAsync(Path.Combine(marks, "on"), "");
        }

        var ended = await pair.EndAsync(run);
        Assert.Equal(RunStatus.Success, ended.Status);
        Assert.Equal(seen, new FileInfo(pair.StdoutFile(ended, "a")).Length);
    }

    // Chance for what no encoding or compression would bear, then lines of 10 MB, none of which ends the file.
    private static async Task<(string Path, string Digest)> MakeInputAsync(string folder)
    {
        var path = Path.Combine(folder, "log");
        await using (var file = File.Create(path))
        {
            var random = new Random(1);
            var block = new byte[10 * Mebibyte];
            for (var i = 0; i < 10; i++)
            {
                if (i % 2 == 0) random.NextBytes(block);
                else Array.Fill(block, (byte)('a' + i));
                if (i % 4 == 1) block[^1] = (byte)'\n';
                await file.WriteAsync(block);
            }
        }

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return (path, await DigestAsync(path));
    }

    private static async Task<string> DownloadAsync(LogsClient logs, RunView run)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var query = new LogQuery { View = LogView.Stdout };
        while (await logs.ReadAsync(run.Id, "a", query) is { Bytes.Length: > 0 } range)
        {
            hash.AppendData(range.Bytes.Span);
            query = query with { Offset = range.Next };
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<string> DigestAsync(string path)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file));
    }
}
