using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Process;

/// <summary>
/// What <c>/proc</c> tells of processes. A process that has gone meanwhile is an ordinary answer: null.
/// </summary>
internal static class ProcFiles
{
    private const int StatFieldsBeforeStart = 19;
    private const int MaxBytes = 1 << 20;
    private const int FewProcesses = 200;

    public static List<int> Processes()
    {
        List<int> pids = [];
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            var name = folder.AsSpan("/proc/".Length);
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) pids.Add(pid);
        }

        return pids;
    }

    /// <summary>
    /// The processes that may have started after <paramref name="pid"/>, and ids that have gone. Ids are given out in
    /// turn, so these lie between it and the last id given, as long as the turn has not come round.
    /// </summary>
    public static IEnumerable<int> ProcessesSince(int pid)
    {
        if (LastProcess() is not { } last) return Processes();
        // Trying a few ids is quicker than listing all processes.
        if (last >= pid && last - pid < FewProcesses) return Enumerable.Range(pid, last - pid + 1);
        return Processes().Where(other => last >= pid ? other >= pid && other <= last : other >= pid || other <= last);
    }

    /// <summary>The id that was given to a process or thread last; null where the system does not tell.</summary>
    public static int? LastProcess()
    {
        var text = File.ReadAllText("/proc/loadavg").AsSpan().Trim();
        var isNumber = int.TryParse(text[(text.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture, out var last);
        return isNumber && last > 0 ? last : null;
    }

    public static ProcFacts? Facts(int pid)
    {
        // pid (name) state parent group session …: the name may hold anything, so fields count from its end.
        Span<byte> buffer = stackalloc byte[1024];
        if (Read(pid, "stat", buffer) is not { } length) return null;
        var text = buffer[..length];
        var rest = text[(text.LastIndexOf((byte)')') + 2)..];
        if (rest.Length == 0) return null;
        var state = (char)rest[0];
        Span<Range> fields = stackalloc Range[StatFieldsBeforeStart + 2];
        var count = Split(rest, fields);
        if (count < fields.Length) return null;
        return new ProcFacts(
            state is 'Z' or 'X', (int)Number(rest[fields[1]]), (int)Number(rest[fields[3]]),
            Number(rest[fields[StatFieldsBeforeStart]]));
    }

    /// <summary>True when the process acts as that user, be it really, effectively or by its saved id.</summary>
    public static bool RunsAs(int pid, int user)
    {
        Span<byte> buffer = stackalloc byte[2048];
        if (Read(pid, "status", buffer) is not { } length) return false;
        var text = Encoding.UTF8.GetString(buffer[..length]);
        var from = text.IndexOf("\nUid:", StringComparison.Ordinal);
        if (from < 0) return false;
        var line = text.AsSpan(from + 5);
        line = line[..line.IndexOf('\n')];
        foreach (var range in line.Split('\t'))
        {
            if (int.TryParse(line[range], CultureInfo.InvariantCulture, out var id) && id == user) return true;
        }

        return false;
    }

    /// <summary>True when this process has the kernel's capability of that number.</summary>
    public static bool IsCapableOf(int capability)
    {
        const string name = "CapEff:";
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(
            line => line.StartsWith(name, StringComparison.Ordinal));
        return ulong.TryParse(
            line.AsSpan(Math.Min(name.Length, line?.Length ?? 0)).Trim(), NumberStyles.HexNumber,
            CultureInfo.InvariantCulture,
            out var capabilities) && (capabilities >> capability & 1) != 0;
    }

    /// <summary>True when the environment that the process began with holds the text.</summary>
    public static bool BeganWith(int pid, ReadOnlySpan<byte> environmentLine)
    {
        var buffer = new byte[4096];
        while (true)
        {
            if (Read(pid, "environ", buffer) is not { } length) return false;
            if (buffer.AsSpan(0, length).IndexOf(environmentLine) >= 0) return true;
            if (length < buffer.Length || length >= MaxBytes) return false;
            buffer = new byte[buffer.Length * 4];
        }
    }

    private static unsafe int? Read(int pid, string name, Span<byte> buffer)
    {
        using var file = Posix.TryOpen(
            string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{name}"), Posix.ReadOnly);
        if (file.IsInvalid) return null;
        var total = 0;
        fixed (byte* start = buffer)
        {
            while (total < buffer.Length)
            {
                var count = (int)Posix.Read(file, start + total, buffer.Length - total);
                if (count < 0) return null;
                if (count == 0) break;
                total += count;
            }
        }

        return total;
    }

    private static int Split(ReadOnlySpan<byte> text, Span<Range> fields)
    {
        var (count, from) = (0, 0);
        while (count < fields.Length && from < text.Length)
        {
            var length = text[from..].IndexOf((byte)' ');
            if (length < 0) length = text.Length - from;
            fields[count++] = from..(from + length);
            from += length + 1;
        }

        return count;
    }

    private static long Number(ReadOnlySpan<byte> digits) =>
        Utf8Parser.TryParse(digits, out long value, out _) ? value : 0;
}

/// <param name="IsDead">A zombie: it only waits to be taken notice of.</param>
/// <param name="Parent">Process id of its parent.</param>
/// <param name="Session">Process id of its session's leader.</param>
/// <param name="Started">Clock ticks since the machine started; with the process id it names a process for
/// good.</param>
internal readonly record struct ProcFacts(bool IsDead, int Parent, int Session, long Started);
