using System.Buffers;
using System.Diagnostics;
using System.Text;
using Weir.Engine.Masking;

namespace Weir.Bench;

/// <summary>
/// Masking of a log with 100 secrets on one core, piece by piece as the agent does it, beside a copy of the same pieces
/// (what the bytes cost anyway) and beside the standard library's search for as many texts.
/// </summary>
internal static class MaskingBenchmark
{
    private const int Secrets = 100;
    private const int PieceBytes = 64 * 1024;
    private const int LogBytes = 64 << 20;
    private const int Rounds = 7;
    private const double AskedMegabytes = 500;

    public static Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var random = new Random(1);
        var secrets = Enumerable.Range(0, Secrets).Select(_ => SecretOf(random)).ToArray();
        var figures = new List<Figure>();
        foreach (var (name, log) in ((string, byte[])[])[("plain", PlainLog(random)), ("hex", HexLog(random))])
            figures.Add(Measure(name, log, secrets));
        return Task.FromResult<IReadOnlyList<Figure>>(figures);
    }

    private static Figure Measure(string name, byte[] log, string[] secrets)
    {
        var masks = MaskSet.Of(secrets)!;
        var stream = new MaskStream();
        var copy = new byte[PieceBytes];
        var search = SearchValues.Create(secrets, StringComparison.Ordinal);
        var text = Encoding.Latin1.GetString(log, 0, LogBytes / 8);
        var masking = Speed(log.Length, () => EachPiece(log, piece => stream.Next(masks, piece)));
        var copying = Speed(log.Length, () => EachPiece(log, piece => piece.CopyTo(copy)));
        var library = Speed(text.Length, () => text.AsSpan().IndexOfAny(search));
        return new Figure(
            $"masking, 100 secrets, {name} log", $"{masking:0} MB/s",
            $"copy {copying:0} MB/s, library {library:0} MB/s", masking / copying, $"≥ {AskedMegabytes} MB/s",
            masking >= AskedMegabytes);
    }

    /// <summary>Of one core: other work on this machine is not counted.</summary>
    private static double Speed(int bytes, Action work)
    {
        work();
        using var process = Process.GetCurrentProcess();
        return Medians.Of(Enumerable.Range(0, Rounds).Select(_ =>
        {
            process.Refresh();
            var before = process.TotalProcessorTime;
            work();
            process.Refresh();
            return bytes / 1e6 / (process.TotalProcessorTime - before).TotalSeconds;
        }));
    }

    private static void EachPiece(byte[] log, PieceAction take)
    {
        for (var at = 0; at < log.Length; at += PieceBytes) take(log.AsSpan(at, PieceBytes));
    }

    private static string SecretOf(Random random)
    {
        var bytes = new byte[random.Next(8, 40)];
        random.NextBytes(bytes);
        return Convert.ToBase64String(bytes);
    }

    /// <summary>Lines of a build: words, paths, numbers.</summary>
    private static byte[] PlainLog(Random random)
    {
        string[] words = ["Compiling", "warning:", "src/main/java/org/example/App.java", "in", "of", "0.42s", "[INFO]", "test", "passed", "node_modules/left-pad/index.js", "downloaded", "sha256", "OK", "error:", "at", "line"];
        return Fill(random, () => words[random.Next(words.Length)]);
    }

    private static byte[] HexLog(Random random)
    {
        var digest = new byte[32];
        return Fill(random, () =>
        {
            random.NextBytes(digest);
            return Convert.ToHexStringLower(digest);
        });
    }

    private static byte[] Fill(Random random, Func<string> word)
    {
        var log = new byte[LogBytes];
        for (var at = 0; at < log.Length;)
        {
            var text = word() + (random.Next(12) == 0 ? "\n" : " ");
            var length = Math.Min(text.Length, log.Length - at);
            Encoding.UTF8.GetBytes(text.AsSpan(0, length), log.AsSpan(at));
            at += length;
        }

        return log;
    }

    private delegate void PieceAction(ReadOnlySpan<byte> piece);
}
