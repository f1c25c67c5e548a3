using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Runtimes.Steps;

/// <summary>The calls of the system's C library that .NET does not offer.</summary>
internal static unsafe partial class Posix
{
    public const int SignalKill = 9;
    public const int SignalTerminate = 15;
    public const int SignalContinue = 18;
    public const int TryAgain = 11;
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int NoHang = 1;
    public const int SetPipeSize = 1031;
    public const int AtEmptyPath = 0x1000;
    public const int AtSymlinkNoFollow = 0x100;
    public const int CurrentFolder = -100;
    public const short PollReadable = 0x01;
    public const short PollHangUp = 0x10;
    public const int LimitOfProcesses = 6;
    public const int LimitOfAddressSpace = 9;
    private const int PidFdOpen = 434;

    // O_NOFOLLOW differs between processor families.
    public static int NoFollow { get; } =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    public static SafeFileHandle Open(string path, int flags) => Checked(OpenFile(path, flags | CloseOnExec, 0), path);

    /// <summary>The file, or an invalid handle.</summary>
    public static SafeFileHandle TryOpen(string path, int flags) =>
        new(OpenFile(path, flags | CloseOnExec, 0), ownsHandle: true);

    /// <summary>A pipe that no child inherits: what is written to the second comes out of the first.</summary>
    public static (SafeFileHandle Read, SafeFileHandle Write) Pipe()
    {
        var ends = stackalloc int[2];
        Check(MakePipe(ends, CloseOnExec), "pipe");
        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    public static SafeFileHandle OpenProcess(int pid) => Checked((int)SystemCall(PidFdOpen, pid, 0), $"process {pid}");

    public static SafeFileHandle Checked(int descriptor, string what)
    {
        Check(descriptor, what);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    public static void Check(int result, string what)
    {
        if (result < 0) throw new IOException($"{what}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
    }

    /// <summary>Owner, mode and number of links of a file, links not followed; null when it is not there.</summary>
    public static FileFacts? Facts(int folder, string path, int flags)
    {
        const int length = 256;
        const uint basicFacts = 0x7ff;
        const int bytesOfBlock = 512;
        var facts = stackalloc byte[length];
        if (ExtendedStatus(folder, path, flags | AtSymlinkNoFollow, basicFacts, facts) != 0) return null;
        var device = ((long)*(uint*)(facts + 136) << 32) | *(uint*)(facts + 140);
        return new FileFacts(*(int*)(facts + 20), *(ushort*)(facts + 28), *(uint*)(facts + 16), *(long*)(facts + 40))
        {
            Identity = (device, *(long*)(facts + 32)),
            Allocated = *(long*)(facts + 48) * bytesOfBlock,
        };
    }

    /// <summary>
    /// Moves bytes from a pipe into a file at an offset; 0 when the pipe has ended, −1 when it is empty. Throws
    /// <see cref="IOException"/> when the file cannot take them.
    /// </summary>
    public static int Move(SafeFileHandle pipe, SafeFileHandle file, long offset, int most)
    {
        const uint nonBlocking = 2;
        var moved = (int)Splice(pipe, 0, file, &offset, most, nonBlocking);
        if (moved >= 0 || Marshal.GetLastPInvokeError() == TryAgain) return moved;
        Check(moved, "the step's output could not be written to disk");
        return moved;
    }

    public static void Limit(int pid, int resource, long value) => Check(
        ChangeLimit(pid, resource, new ResourceLimit((nuint)value, (nuint)value), 0), "prlimit");

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial int EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    public static partial int EffectiveGroup();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeFileHandle file, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeFileHandle file, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(SafeFileHandle file, int command, int argument);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFifo(string path, uint mode);

    /// <summary>Puts a folder in the place of an empty one, too.</summary>
    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwner(string path, int user, int group);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwner(SafeFileHandle file, int user, int group);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    public static partial int WaitForProcess(int pid, out int status, int options);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int CreateEventPoll(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int ControlEventPoll(SafeFileHandle poll, int operation, SafeFileHandle file, byte* change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int WaitForEvents(SafeFileHandle poll, byte* events, int capacity, int milliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int MakeEventCounter(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "splice", SetLastError = true)]
    private static partial nint Splice(
        SafeFileHandle from, nint none, SafeFileHandle to, long* offset, nint count, uint flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int MakePipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static partial int ChangeLimit(int pid, int resource, in ResourceLimit limit, nint old);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ExtendedStatus(int folder, string path, int flags, uint mask, byte* facts);
}

[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ResourceLimit(nuint Soft, nuint Hard);

[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry
{
    public int File;
    public short Asked;
    public short Answered;
}

/// <param name="Owner">User id.</param>
/// <param name="Mode">Type and permissions as in <c>st_mode</c>.</param>
/// <param name="Links">How many names it has.</param>
/// <param name="Bytes">Its size.</param>
internal readonly record struct FileFacts(int Owner, int Mode, uint Links, long Bytes)
{
    /// <summary>Device and number: the same whatever it is called.</summary>
    public (long Device, long Number) Identity { get; init; }

    /// <summary>Bytes that it takes on disk.</summary>
    public long Allocated { get; init; }

    public bool IsFolder => (Mode & 0xF000) == 0x4000;

    public bool IsRegular => (Mode & 0xF000) == 0x8000;

    /// <summary>Anyone may pass through it (a folder) or execute it.</summary>
    public bool IsOpenToAll => (Mode & 1) != 0;
}
