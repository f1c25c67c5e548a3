using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Controller.Storage.Files;

/// <summary>
/// What durable files need and the framework does not offer. Failures are <see cref="IOException"/>s.
/// </summary>
internal static partial class Posix
{
    private const int ReadOnlyDirectory = 0x10000 | 0x80000;
    private const int NameExists = 17;

    /// <summary>A second name for a file; false when there is such a name already.</summary>
    public static bool TryLink(string existing, string name)
    {
        if (link(existing, name) == 0) return true;
        var error = Marshal.GetLastPInvokeError();
        return error == NameExists ? false : throw Failure("link", name, error);
    }

    /// <summary>Waits until the file's bytes and length are on the disk.</summary>
    public static void SyncData(SafeFileHandle file)
    {
        if (fdatasync(file) != 0) throw Failure("sync", "a file", Marshal.GetLastPInvokeError());
    }

    /// <summary>Waits until names made, renamed or removed in the folder are on the disk.</summary>
    public static void SyncDirectory(string path)
    {
        using var handle = open(path, ReadOnlyDirectory);
        if (handle.IsInvalid) throw Failure("open", path, Marshal.GetLastPInvokeError());
        if (fsync(handle) != 0) throw Failure("sync", path, Marshal.GetLastPInvokeError());
    }

    /// <summary>Waits until everything on the file system that holds the folder is on the disk.</summary>
    public static void SyncFileSystem(string path)
    {
        using var handle = open(path, ReadOnlyDirectory);
        if (handle.IsInvalid) throw Failure("open", path, Marshal.GetLastPInvokeError());
        if (syncfs(handle) != 0) throw Failure("sync the file system of", path, Marshal.GetLastPInvokeError());
    }

    private static IOException Failure(string what, string path, int error) =>
        new($"cannot {what} {path}: {Marshal.GetPInvokeErrorMessage(error)}");

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int link(string existing, string name);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fdatasync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int syncfs(SafeFileHandle file);
}
