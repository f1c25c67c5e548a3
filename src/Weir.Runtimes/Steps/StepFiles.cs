using System.Text;
using Microsoft.Win32.SafeHandles;
using Weir.Engine.Runtimes;

namespace Weir.Runtimes.Steps;

/// <summary>The files that agent and step exchange, the same for every runtime that has files.</summary>
internal static class StepFiles
{
    /// <summary>Writes one file per command; <paramref name="give"/> hands each to the step.</summary>
    public static void WriteCommands(
        string folder, IReadOnlyList<string> commands, UnixFileMode mode, Action<SafeFileHandle> give)
    {
        for (var index = 0; index < commands.Count; index++)
        {
            if (commands[index].Contains('\0', StringComparison.Ordinal))
            {
                throw new RuntimeException($"command {index + 1} holds a NUL") { UserFault = true };
            }

            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = mode,
            };
            using var file = new FileStream(GatePlaces.CommandIn(folder, index), options);
            file.Write(Encoding.UTF8.GetBytes(GateText.CommandFile(index, commands[index])));
            give(file.SafeFileHandle);
        }
    }

    /// <summary>
    /// What the step left in a file that it owns. Throws <see cref="RuntimeException"/> when it is no plain small file.
    /// </summary>
    /// <param name="path">The file; nothing when it is not there.</param>
    /// <param name="owner">The user it must belong to; null = any.</param>
    /// <param name="maxBytes">How large it may be.</param>
    public static byte[] ReadPlain(string path, int? owner, int maxBytes)
    {
        if (Posix.Facts(Posix.CurrentFolder, path, 0) is null or { IsRegular: true, Bytes: 0 }) return [];
        using var file = Open(path);
        var facts = Posix.Facts((int)file.DangerousGetHandle(), "", Posix.AtEmptyPath);
        if (facts is not { IsRegular: true, Links: <= 1 } plain || (owner is not null && plain.Owner != owner))
        {
            throw new RuntimeException("the output file is not a plain file of the step") { UserFault = true };
        }

        if (plain.Bytes > maxBytes)
        {
            throw new RuntimeException($"the output file is larger than {maxBytes} bytes") { UserFault = true };
        }

        var bytes = new byte[plain.Bytes];
        return bytes.AsSpan(0, RandomAccess.Read(file, bytes, 0)).ToArray();
    }

    private static SafeFileHandle Open(string path)
    {
        try
        {
            return Posix.Open(path, Posix.ReadOnly | Posix.NonBlocking | Posix.NoFollow);
        }
        catch (IOException exception)
        {
            throw new RuntimeException("the output file cannot be read", exception) { UserFault = true };
        }
    }
}
