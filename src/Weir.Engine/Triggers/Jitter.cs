using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Engine.Triggers;

/// <summary>
/// Spreads ticks that many triggers share. It follows from the trigger and the tick alone, so that every controller,
/// and the same one after a restart, comes to the same instant.
/// </summary>
internal static class Jitter
{
    /// <param name="most">The delay stays below it.</param>
    public static TimeSpan Of(string triggerId, DateTimeOffset tick, TimeSpan most)
    {
        if (most <= TimeSpan.Zero) return TimeSpan.Zero;
        var name = string.Create(CultureInfo.InvariantCulture, $"{triggerId} {tick.ToUnixTimeSeconds()}");
        var hash = BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        var milliseconds = (ulong)Math.Max(1, most.TotalMilliseconds);
        return TimeSpan.FromMilliseconds((long)(((UInt128)hash * milliseconds) >> 64));
    }
}
