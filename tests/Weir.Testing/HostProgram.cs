using System.Diagnostics;

namespace Weir.Testing;

/// <summary>Programs of this machine that a test needs for what .NET does not do.</summary>
public static class HostProgram
{
    /// <summary>Its exit code, and what it wrote to stdout without the white space at both ends.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await error;
        await process.WaitForExitAsync();
        return (process.ExitCode, output.Trim());
    }
}
