using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Runtimes.Process;

/// <summary>
/// Starts a program in a session of its own with nothing of the agent's but the given files: <c>posix_spawn</c>,
/// because a managed process cannot fork safely and the framework's own Process class can neither set a session nor
/// pass files.
/// </summary>
/// <param name="Arguments">The program's absolute path and its arguments.</param>
/// <param name="Environment">Lines <c>NAME=value</c>.</param>
/// <param name="Files">What it gets as its descriptors 0, 1, 2, …</param>
internal sealed unsafe partial record SpawnCall(
    IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment, IReadOnlyList<SafeFileHandle> Files)
{
    // Larger than the structures of any C library in use (336 and 80 bytes).
    private const int StructureBytes = 512;
    private const short SetSignalMask = 0x08;
    private const short SetSignalDefaults = 0x04;
    private const short SetSession = 0x80;

    /// <summary>The process id. Throws <see cref="IOException"/> when the program cannot be started.</summary>
    public int Execute()
    {
        var actions = stackalloc byte[StructureBytes];
        var attributes = stackalloc byte[StructureBytes];
        Check(InitializeActions(actions));
        Check(InitializeAttributes(attributes));
        var arguments = ToNative(Arguments);
        var environment = ToNative(Environment);
        try
        {
            SetFiles(actions);
            SetSignals(attributes);
            Check(Spawn(out var pid, Arguments[0], actions, attributes, arguments, environment));
            return pid;
        }
        finally
        {
            Free(arguments, Arguments.Count);
            Free(environment, Environment.Count);
            _ = DestroyActions(actions);
            _ = DestroyAttributes(attributes);
        }
    }

    private void SetFiles(byte* actions)
    {
        for (var target = 0; target < Files.Count; target++)
        {
            Check(AddDuplicate(actions, (int)Files[target].DangerousGetHandle(), target));
        }

        Check(AddFolder(actions, "/"));
    }

    // The runtime ignores SIGPIPE and blocks others; a step begins with neither.
    private void SetSignals(byte* attributes)
    {
        var all = stackalloc byte[StructureBytes];
        _ = FillSignals(all);
        Check(SetDefaults(attributes, all));
        _ = EmptySignals(all);
        Check(SetMask(attributes, all));
        Check(SetFlags(attributes, SetSignalMask | SetSignalDefaults | SetSession));
    }

    private void Check(int error)
    {
        if (error != 0) throw new IOException($"{Arguments[0]}: {new Win32Exception(error).Message}");
    }

    private static byte** ToNative(IReadOnlyList<string> texts)
    {
        var native = (byte**)NativeMemory.AllocZeroed((nuint)texts.Count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Count; i++) native[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        return native;
    }

    private static void Free(byte** native, int count)
    {
        for (var i = 0; i < count; i++) Marshal.FreeCoTaskMem((nint)native[i]);
        NativeMemory.Free(native);
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Spawn(
        out int pid, string path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitializeActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(byte* actions, int file, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddFolder(byte* actions, string path);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int InitializeAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    private static partial int FillSignals(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static partial int EmptySignals(byte* signals);
}
