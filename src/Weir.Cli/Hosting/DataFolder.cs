using Weir.Controller.Config;

namespace Weir.Cli.Hosting;

/// <summary>Where a controller keeps its data unless told otherwise; the rules are those of its config.</summary>
internal static class DataFolder
{
    public static string Default(CliHost host) =>
        ConfigReader.Read(text: null, new ConfigSources(new Dictionary<string, string>(), host.Variables)
        {
            CurrentFolder = host.Folder,
        }).Config?.DataFolder ?? throw CliException.Usage("a WEIR_ variable is not what the config expects; say --data-dir");

    public static string Of(CliHost host, string? given) =>
        given is null ? Default(host) : Path.GetFullPath(given, host.Folder);
}
