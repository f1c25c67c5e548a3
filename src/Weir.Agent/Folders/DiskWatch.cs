using System.Globalization;
using Microsoft.Extensions.Logging;
using Weir.Agent.Leases;

namespace Weir.Agent.Folders;

/// <summary>
/// Lets the agent take nothing new while its disk is nearly full: a step that cannot write its log is lost, and whoever
/// waits for an agent is told why this one does not take it.
/// </summary>
internal sealed partial class DiskWatch(AgentContext context, AttemptTable table)
{
    private const double Mebi = 1 << 20;
    private readonly ILogger _log = context.Loggers.CreateLogger<DiskWatch>();

    /// <summary>True while there is room; otherwise claims are paused, until it is asked again and there is.</summary>
    public bool HasRoom()
    {
        var reason = context.Directory.Room is { } room && room.Free < LeastOf(room) ? Describe(room) : null;
        if (reason is not null && table.Paused is null) Log.Paused(_log, reason);
        else if (reason is null && table.Paused is not null) Log.GoesOn(_log);
        table.Paused = reason;
        return reason is null;
    }

    private long LeastOf(DiskRoom room) => Math.Min(context.Options.ClaimFreeBytes, room.Total / 20);

    private string Describe(DiskRoom room) => string.Create(
        CultureInfo.InvariantCulture,
        $"its disk has {room.Free / Mebi:0.#} MiB left, and it begins nothing below {LeastOf(room) / Mebi:0.#} MiB");

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Nothing more was claimed: {Reason}")]
        public static partial void Paused(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Information, "There was room on the disk again, and claims went on")]
        public static partial void GoesOn(ILogger logger);
    }
}

/// <summary>Bytes that the agent's user may still write to a disk, and its size.</summary>
public readonly record struct DiskRoom(long Free, long Total);
