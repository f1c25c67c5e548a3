using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Text;
using Weir.Engine.Runtimes;

namespace Weir.Runtimes.Fake;

/// <summary>
/// What a fake step does, as its environment says. Every command but <c>true</c> writes <c>+ command</c> to
/// stdout; a command that is just <c>exit N</c> ends with that code. The log and the sleep belong to the first command,
/// the log in four parts when there is a sleep; <c>FAKE_EXIT_CODE</c> is the last command's.
/// <list type="bullet">
/// <item><c>FAKE_SLEEP=250ms</c>: how long the step takes.</item>
/// <item><c>FAKE_LOG_BYTES=n</c>, <c>FAKE_LOG_LINES=n</c>: log to each stream; a line has 64 bytes.</item>
/// <item><c>FAKE_EXIT_CODE=n</c>; <c>FAKE_OOM=true</c> (killed for memory); <c>FAKE_LOST=true</c> (no exit
/// code).</item>
/// <item><c>FAKE_DISK=n</c>: bytes of disk that it takes.</item>
/// <item><c>FAKE_IGNORE_TERM=true</c>: only the end of the grace kills it.</item>
/// <item><c>FAKE_OUTPUT_NAME=value</c>: a line <c>NAME=value</c> in the output file.</item>
/// <item><c>FAKE_MASK=value</c>: a value in the file of masks, from the start.</item>
/// <item><c>FAKE_CREATE_ERROR=user|infrastructure</c>: the container cannot be made.</item>
/// </list>
/// Required artifacts with plain paths that are not there are made, see <see cref="FakeArtifacts"/>.
/// </summary>
internal sealed record FakeScript(IReadOnlyList<string> Commands)
{
    public const string CreateError = "FAKE_CREATE_ERROR";
    public const int LineBytes = 64;
    private const string Silent = "true";
    private const string OutputPrefix = "FAKE_OUTPUT_";
    private const int BlockLines = 1024;
    private const int SleepParts = 4;
    private static readonly byte[] StdoutBlock = Block("stdout");
    private static readonly byte[] StderrBlock = Block("stderr");

    public TimeSpan Sleep { get; private init; }
    public long LogBytes { get; private init; }
    public int ExitCode { get; private init; }
    public bool OutOfMemory { get; private init; }
    public bool Lost { get; private init; }
    public long DiskBytes { get; private init; }
    public bool IgnoresTerm { get; private init; }
    public ImmutableArray<byte> Outputs { get; private init; } = [];
    public ImmutableArray<byte> Masks { get; private init; } = [];

    /// <summary>Throws <see cref="RuntimeException"/> on a value that cannot be read.</summary>
    public static FakeScript Read(GateScript script)
    {
        var env = script.Env;
        return new FakeScript(script.Commands)
        {
            Sleep = env.TryGetValue("FAKE_SLEEP", out var sleep) ? ReadDuration(sleep) : TimeSpan.Zero,
            LogBytes = ReadCount(env, "FAKE_LOG_BYTES") + (ReadCount(env, "FAKE_LOG_LINES") * LineBytes),
            ExitCode = (int)ReadCount(env, "FAKE_EXIT_CODE"),
            OutOfMemory = IsSet(env, "FAKE_OOM"),
            Lost = IsSet(env, "FAKE_LOST"),
            DiskBytes = ReadCount(env, "FAKE_DISK"),
            IgnoresTerm = IsSet(env, "FAKE_IGNORE_TERM"),
            Outputs = ReadOutputs(env),
            Masks = [.. Encoding.UTF8.GetBytes(env.GetValueOrDefault("FAKE_MASK", ""))],
        };
    }

    /// <summary>The acts of the step in order; the last one ends it.</summary>
    public IEnumerable<FakeAct> Acts()
    {
        for (var index = 0; index < Commands.Count; index++)
        {
            yield return FakeAct.Emit(new OutputChunk { Marker = new CommandMarker(index, null) });
            if (Commands[index] != Silent)
            {
                yield return FakeAct.Emit(
                    new OutputChunk(LogStream.Stdout, Encoding.UTF8.GetBytes($"+ {Commands[index]}\n")));
            }

            foreach (var act in index == 0 ? Body() : []) yield return act;
            var code = CodeOf(index);
            yield return FakeAct.Emit(new OutputChunk { Marker = new CommandMarker(index, code) });
            if (code == 0) continue;
            yield return FakeAct.Exit(new ContainerExit(code));
            yield break;
        }

        yield return FakeAct.Exit(new ContainerExit(Commands.Count == 0 ? ExitCode : 0));
    }

    private IEnumerable<FakeAct> Body()
    {
        var parts = Sleep > TimeSpan.Zero && LogBytes > 0 ? SleepParts : 1;
        for (var part = 0; part < parts; part++)
        {
            var (from, to) = (LogBytes * part / parts, LogBytes * (part + 1) / parts);
            foreach (var act in Log(LogStream.Stdout, StdoutBlock, from, to)) yield return act;
            foreach (var act in Log(LogStream.Stderr, StderrBlock, from, to)) yield return act;
            if (Sleep > TimeSpan.Zero) yield return FakeAct.Pause(Sleep / parts);
        }

        if (OutOfMemory) yield return FakeAct.Exit(FakeStep.Killed with { OutOfMemory = true });
        if (Lost)
            yield return FakeAct.Exit(new ContainerExit(-1) { Lost = "the fake step vanished without an exit code" });
    }

    private static IEnumerable<FakeAct> Log(LogStream stream, byte[] block, long from, long to)
    {
        while (from < to)
        {
            var start = (int)(from % block.Length);
            var length = (int)Math.Min(to - from, block.Length - start);
            yield return FakeAct.Emit(new OutputChunk(stream, block.AsMemory(start, length)));
            from += length;
        }
    }

    private int CodeOf(int index)
    {
        var words = Commands[index].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words is ["exit", var code] && byte.TryParse(code, CultureInfo.InvariantCulture, out var own)) return own;
        return index == Commands.Count - 1 ? ExitCode : 0;
    }

    private static byte[] Block(string stream)
    {
        var text = new StringBuilder(BlockLines * LineBytes);
        for (var line = 0; line < BlockLines; line++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{stream} {line:D4} ").Append('.', LineBytes - 13).Append('\n');
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static bool IsSet(IReadOnlyDictionary<string, string> env, string name) =>
        env.TryGetValue(name, out var text) && text is "true" or "1";

    private static TimeSpan ReadDuration(string text) =>
        Duration.TryParse(text, out var value) ? value : throw Unreadable("FAKE_SLEEP", text);

    private static long ReadCount(IReadOnlyDictionary<string, string> env, string name)
    {
        if (!env.TryGetValue(name, out var text)) return 0;
        return uint.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : throw Unreadable(name, text);
    }

    private static RuntimeException Unreadable(string name, string text) =>
        new($"{name}={text} cannot be read") { UserFault = true };

    private static ImmutableArray<byte> ReadOutputs(IReadOnlyDictionary<string, string> env)
    {
        var lines = env.Where(pair => pair.Key.StartsWith(OutputPrefix, StringComparison.Ordinal))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{pair.Key[OutputPrefix.Length..]}={pair.Value}\n");
        return [.. Encoding.UTF8.GetBytes(string.Concat(lines))];
    }
}

/// <summary>One thing that a fake step does: write, sleep or end.</summary>
internal readonly record struct FakeAct(OutputChunk Output, TimeSpan Sleep, ContainerExit? End)
{
    public static FakeAct Emit(OutputChunk output) => new(output, TimeSpan.Zero, null);

    public static FakeAct Pause(TimeSpan sleep) => new(default, sleep, null);

    public static FakeAct Exit(ContainerExit exit) => new(default, TimeSpan.Zero, exit);
}
