using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Weir.Testing;

namespace Weir.Tests.EndToEnd;

/// <summary>One process of the executable that goes on until it is ended; all it prints is kept.</summary>
internal sealed partial class BackgroundProcess : IAsyncDisposable
{
    private const int Kill = 9;
    private const int Terminate = 15;
    private const int Continue = 18;
    private const int Stop = 19;
    private readonly Process _process;
    private readonly StringBuilder _printed = new();
    private readonly Task _reading;

    public BackgroundProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _reading = Task.WhenAll(KeepAsync(_process.StandardOutput), KeepAsync(_process.StandardError));
    }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    public string Printed
    {
        get
        {
            lock (_printed) return _printed.ToString();
        }
    }

    /// <summary>The most memory it ever had in use, in MiB.</summary>
    public long PeakMebibytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{Id}/status").Single(
                line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)
                >> 10;
        }
    }

    public Task PrintsAsync(string text) => Eventually.HoldsAsync(
        () => HasEnded || Printed.Contains(text, StringComparison.Ordinal), $"'{text}' in:\n{Printed}");

    /// <summary>As the kernel does when memory is short: nothing is said or saved.</summary>
    public async Task KillAsync()
    {
        Signal(Kill);
        await _process.WaitForExitAsync();
        await _reading;
    }

    /// <summary>Still there, connections open, but answering nothing: a machine that hangs.</summary>
    public void Freeze() => Signal(Stop);

    public void Thaw() => Signal(Continue);

    public async Task<int> EndAsync()
    {
        Signal(Terminate);
        return await ExitCodeAsync();
    }

    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync();
        await _reading;
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasEnded) await KillAsync();
        _process.Dispose();
    }

    private async Task KeepAsync(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (_printed) _printed.Append(line).Append('\n');
        }
    }

    private void Signal(int number) => Assert.Equal(0, SendSignal(Id, number));

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
