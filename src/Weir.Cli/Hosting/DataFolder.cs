namespace Weir.Cli.Hosting;

/// <summary>Where a controller and its agent keep their data unless told otherwise.</summary>
internal static class DataFolder
{
    public static string Default(CliHost host)
    {
        if (host.Setting("WEIR_DATA_DIR") is { } told) return Path.GetFullPath(told, host.Folder);
        if (host.Setting("XDG_DATA_HOME") is { } data) return Path.Combine(data, "weir");
        return Environment.UserName == "root" ? "/var/lib/weir" : Path.Combine(host.Home, ".local", "share", "weir");
    }

    public static string Of(CliHost host, string? given) =>
        given is null ? Default(host) : Path.GetFullPath(given, host.Folder);
}
