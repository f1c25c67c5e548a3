using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using Weir.Contracts.Routes;

namespace Weir.Controller.Ui.Assets;

/// <summary>
/// Styles and scripts, embedded. An address names its content by a hash, so that browsers keep it for good. Each is
/// read and packed when first asked for: the start of the controller pays nothing.
/// </summary>
internal static class UiAssets
{
    private static readonly ConcurrentDictionary<string, UiAsset> Known = new(StringComparer.Ordinal);

    /// <summary>Null when there is none of that name.</summary>
    public static UiAsset? Find(string name)
    {
        if (Known.TryGetValue(name, out var known)) return known;
        return TypeOf(name) is { } type && Read(name, type) is { } asset ? Known.GetOrAdd(name, asset) : null;
    }

    public static string Address(string name) =>
        $"{ApiRoutes.Fill(UiRoutes.Asset, name)}?v={(Find(name) ?? throw new ArgumentException($"no asset {name}")).Hash}";

    private static UiAsset? Read(string name, string type)
    {
        using var resource = typeof(UiAssets).Assembly.GetManifestResourceStream("ui/" + name);
        if (resource is null) return null;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Optimal)) brotli.Write(bytes);
        return new UiAsset(type, bytes, packed.ToArray(), Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]);
    }

    private static string? TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => null,
    };
}

internal sealed record UiAsset(string Type, byte[] Bytes, byte[] Brotli, string Hash);
