using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Weir.Agent.Folders;

/// <summary>
/// Mounts of overlays. Ours are told from all others by their source, which the kernel keeps and shows.
/// </summary>
internal static unsafe partial class Mounts
{
    public const string Source = "weir-workspace";
    private const string Overlay = "overlay";
    private const nuint ReadOnly = 1;
    private const nuint Bind = 4096;
    private const int Detach = 2;
    private const int NoFollow = 8;
    private const int LongestPath = 4096;

    /// <summary>Null when it is done, else the system's word for why not.</summary>
    public static string? TryMount(string target, string options, bool readOnly) =>
        Mount(Source, target, Overlay, readOnly ? ReadOnly : 0, options) == 0 ? null : LastError();

    /// <summary>Shows at <paramref name="target"/> what is mounted at <paramref name="from"/>, too.</summary>
    public static void Repeat(string from, string target)
    {
        if (Mount(from, target, null, Bind, null) != 0) throw new IOException($"{target}: {LastError()}");
    }

    /// <summary>
    /// Takes the topmost mount away, from this name only: who has it open or as a container's workspace keeps it.
    /// </summary>
    public static void Unmount(string target)
    {
        if (UnmountFrom(target, Detach | NoFollow) != 0) throw new IOException($"{target}: {LastError()}");
    }

    /// <summary>Where overlays of ours are mounted at or below a folder, the last one first.</summary>
    public static IReadOnlyList<string> Below(string folder)
    {
        var real = RealPathOf(folder);
        if (real is null) return [];
        return
        [
            .. File.ReadLines("/proc/self/mountinfo").Select(OursIn)
                .Where(target => target == real || target?.StartsWith(real + "/", StringComparison.Ordinal) == true)
                .Select(target => folder + target![real.Length..])
                .Reverse(),
        ];
    }

    // 36 35 98:0 /root /target rw,noatime … - type source options; white space is written as \040.
    private static string? OursIn(string line)
    {
        const int target = 4;
        var end = line.IndexOf(" - ", StringComparison.Ordinal);
        return end > 0 && line[end..].Split(' ') is [_, _, Overlay, Source, ..] ? Unescape(line.Split(' ')[target]) : null;
    }

    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var digits = text[i] == '\\' && i + 3 < text.Length ? text.Substring(i + 1, 3) : "";
            if (digits.Length > 0 && digits.All(digit => digit is >= '0' and <= '7'))
            {
                result.Append((char)(((digits[0] - '0') * 64) + ((digits[1] - '0') * 8) + (digits[2] - '0')));
                i += digits.Length;
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }

    private static string? RealPathOf(string path)
    {
        var buffer = stackalloc byte[LongestPath];
        return RealPath(path, buffer) == 0 ? null : Marshal.PtrToStringUTF8((nint)buffer);
    }

    private static string LastError()
    {
        var number = Marshal.GetLastPInvokeError();
        return string.Create(CultureInfo.InvariantCulture, $"{new Win32Exception(number).Message} ({number})");
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string? type, nuint flags, string? options);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnmountFrom(string target, int flags);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RealPath(string path, byte* resolved);
}
