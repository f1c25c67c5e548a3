using System.Runtime.InteropServices;

namespace Weir.Agent.Folders;

/// <summary>What the base library does not tell of files.</summary>
internal static partial class Posix
{
    private const int AtCurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const uint WantType = 1;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;
    private const int DeviceOffset = 136;

    /// <summary>
    /// True for a file with content: no folder, link, socket, device, and no pipe, at whose opening one would wait for
    /// ever.
    /// </summary>
    public static bool IsRegularFile(string path)
    {
        if (!OperatingSystem.IsLinux()) return true;
        Span<byte> buffer = stackalloc byte[256];
        if (Statx(AtCurrentFolder, path, NoFollow, WantType, buffer) != 0) return false;
        return (MemoryMarshal.Read<ushort>(buffer[ModeOffset..]) & TypeMask) == Regular;
    }

    /// <summary>True when another file system begins at the folder than the one it lies in.</summary>
    public static bool IsMountPoint(string folder) =>
        DeviceOf(folder) is { } own && DeviceOf(Path.GetDirectoryName(folder)!) is { } outer && own != outer;

    /// <summary>
    /// Makes a folder root's own: whoever owns what is in it can come to it no more. The agent is root.
    /// </summary>
    public static void TakeBack(string folder)
    {
        if (ChangeOwner(folder, 0, 0) != 0) throw new IOException($"{folder} could not be taken back");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, FolderTree.Private);
    }

    private static ulong? DeviceOf(string path)
    {
        Span<byte> buffer = stackalloc byte[256];
        return OperatingSystem.IsLinux() && Statx(AtCurrentFolder, path, NoFollow, WantType, buffer) == 0
            ? MemoryMarshal.Read<ulong>(buffer[DeviceOffset..])
            : null;
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, int user, int group);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Span<byte> buffer);
}
