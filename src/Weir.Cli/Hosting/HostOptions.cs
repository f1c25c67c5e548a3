using System.CommandLine;
using Weir.Cli.Commands.Tools;
using Weir.Cli.Output;
using Weir.Controller.Config;

namespace Weir.Cli.Hosting;

/// <summary>
/// The options of the verbs that start a controller or an agent: a config file, and flags that beat it.
/// </summary>
internal sealed class HostOptions
{
    private readonly List<(Option<string?> Option, string Key)> _flags = [];

    public Option<string?> File { get; } = new("--config", "-c")
    {
        Description = "The config file; flags and WEIR_ variables beat it.", HelpName = "FILE",
    };

    public Option<string?> Folder { get; } = new("--data-dir")
    {
        Description = "Where everything is kept; also by WEIR_DATA_DIR.", HelpName = "FOLDER",
    };

    /// <summary>Those of a controller.</summary>
    public static HostOptions OfController()
    {
        var options = new HostOptions();
        options.Flag(
            "--interface", "node.interface", "IP", "The address to listen on; 127.0.0.1 unless told otherwise.");
        options.Flag(
            "--port", "node.port", "N", "The port to listen on; 1456 unless told otherwise, 0 = any free one.");
        options.Flag("--url", "node.url", "URL", "The address others reach it at, when it is another.");
        options.Flag(
            "--tls-cert", "node.tls.certificate", "FILE", "Serve HTTPS with this certificate, PEM or PKCS#12.");
        options.Flag("--tls-key", "node.tls.key", "FILE", "The certificate's key, PEM.");
        options.AddState();
        return options;
    }

    /// <summary>Where a controller keeps its state.</summary>
    public static HostOptions OfState()
    {
        var options = new HostOptions();
        options.AddState();
        return options;
    }

    /// <summary>Those of an agent.</summary>
    public static HostOptions OfAgent()
    {
        var options = new HostOptions();
        options.Flag("--join", "join.url", "URL", "The controller to work for; several of one system with commas.");
        options.Flag(
            "--join-token", "join.token", "TOKEN", "From `weir agent join-token`; without it an admin must approve.");
        return options;
    }

    public void AddTo(Command command)
    {
        command.Add(File);
        command.Add(Folder);
        foreach (var (option, _) in _flags) command.Add(option);
    }

    public Task<WeirConfig> ReadAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var flags = _flags.Append((Option: Folder, Key: "data_dir"))
            .Where(flag => invocation.Value(flag.Option) is not null)
            .ToDictionary(flag => flag.Key, flag => Given(invocation, flag.Option, flag.Key), StringComparer.Ordinal);
        return ReadAsync(invocation, invocation.Value(File), flags, cancellationToken);
    }

    /// <summary>All problems of the config are told before it is given up; warnings are told in any case.</summary>
    public static async Task<WeirConfig> ReadAsync(
        Invocation invocation, string? path, Dictionary<string, string> flags, CancellationToken cancellationToken)
    {
        var host = invocation.Host;
        var file = path is null ? null : await FlowFile.ReadAsync(host, path, cancellationToken);
        var sources = new ConfigSources(flags, host.Variables) { CurrentFolder = host.Folder };
        var read = ConfigReader.Read(file?.Text, sources);
        ProblemList.Write(host.Error, read.Problems, file?.Name);
        return read.Config ?? throw CliException.Usage("the config cannot be used");
    }

    private void AddState()
    {
        Flag(
            "--database", "database.url", "URL", "Keep state in PostgreSQL: postgres://user@host:5432/weir. Other users see arguments: a password is better in WEIR_DATABASE_URL or PGPASSWORD.");
        Flag(
            "--shared-data-dir", "shared_data_dir", "FOLDER",
            "Where several controllers on one PostgreSQL keep logs and artifacts; all of them must see it.");
        Flag(
            "--state-backend", "state_backend", "NAME", "sqlite, postgres, or dev: in memory, gone with the process.");
    }

    // What is typed is relative to where it is typed; what the file says, to the data folder.
    private static string Given(Invocation invocation, Option<string?> option, string key)
    {
        var value = invocation.Value(option)!;
        return option.HelpName is "FILE" or "FOLDER" && key != "data_dir"
            ? Path.GetFullPath(value, invocation.Host.Folder)
            : value;
    }

    private void Flag(string name, string key, string value, string description) =>
        _flags.Add((new Option<string?>(name) { Description = description, HelpName = value }, key));
}
