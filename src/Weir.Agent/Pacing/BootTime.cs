using System.Runtime.InteropServices;

namespace Weir.Agent.Pacing;

/// <summary>
/// The system's time, with timestamps that go on while the machine sleeps: a lease must be over when a laptop wakes,
/// which the usual monotonic clock does not see. Where there is no such clock, the usual one.
/// </summary>
public sealed partial class BootTime : TimeProvider
{
    private const int BootClock = 7;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private BootTime()
    {
    }

    public static TimeProvider Instance { get; } =
        OperatingSystem.IsLinux() && GetTime(BootClock, out _) == 0 ? new BootTime() : System;

    public override long TimestampFrequency => NanosecondsPerSecond;

    public override long GetTimestamp()
    {
        _ = GetTime(BootClock, out var now);
        return (now.Seconds * NanosecondsPerSecond) + now.Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Instant now);

    // On 64-bit systems, which are all that .NET runs agents on here.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Instant
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
