namespace Weir.Engine.Storage.Memory;

/// <summary>Brings instants to what every store keeps: UTC, whole milliseconds.</summary>
internal static class Instants
{
    public static DateTimeOffset Kept(this DateTimeOffset instant) =>
        DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds());

    public static DateTimeOffset? Kept(this DateTimeOffset? instant) => instant?.Kept();
}
