using System.Globalization;
using System.Runtime.InteropServices;

namespace Weir.Cli.Hosting;

/// <summary>Processes of this machine, told apart from later ones of the same number by when they began.</summary>
internal static partial class ProcessTable
{
    private const int Terminate = 15;

    /// <summary>Clock ticks since boot at which the process began; null when there is none of that number.</summary>
    public static long? StartOf(int process)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{process}/stat");
            // the name in brackets may hold blanks; state is field 3 and start field 22
            var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static bool IsAlive(int process, long start) => StartOf(process) == start;

    public static void AskToEnd(int process)
    {
        if (Kill(process, Terminate) != 0)
            throw new CliException(
                ExitCodes.Error, $"cannot signal process {process}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
