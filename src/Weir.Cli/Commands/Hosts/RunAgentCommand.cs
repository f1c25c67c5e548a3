using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Agent;
using Weir.Cli.Connecting;
using Weir.Cli.Hosting;
using Weir.Contracts.Flows;
using Weir.Controller.Config;

namespace Weir.Cli.Commands.Hosts;

/// <summary>What <c>weir agent</c> itself does: work for a controller elsewhere.</summary>
internal static class RunAgentCommand
{
    public static Command Attach(Command command, CommandContext context)
    {
        var host = HostOptions.OfAgent();
        var flags = new RunAgentFlags();
        host.AddTo(command);
        foreach (var flag in flags.All) command.Add(flag);
        return context.Does(command, async (invocation, cancellationToken) =>
        {
            var config = await host.ReadAsync(invocation, cancellationToken);
            var folder = invocation.Value(host.Folder) is null && invocation.Value(host.File) is null
                ? $"{config.DataFolder}-agent"
                : config.DataFolder;
            return await RunAsync(invocation, config with { DataFolder = folder }, flags, cancellationToken);
        });
    }

    public static async Task<int> RunAsync(
        Invocation invocation, WeirConfig config, RunAgentFlags flags, CancellationToken cancellationToken)
    {
        var host = invocation.Host;
        if (config.Join.Urls.Count == 0) throw CliException.Usage("--join URL is needed: the controller to work for");
        var controllers = Endpoint.ParseAll(string.Join(',', config.Join.Urls));
        var options = AgentSettings.Options(
            config.DataFolder, flags.NameOf(invocation), invocation.Value(flags.Slots)) with
        {
            Controller = controllers[0],
            OtherControllers = [.. controllers.Skip(1)],
            JoinToken = config.Join.Token,
            CaFile = invocation.Value(flags.CaFile),
            RenewPeriod = config.Node.Heartbeat,
        };
        var kinds = flags.RuntimesOf(invocation, config.Runtimes);
        using var folder = AgentFolder.Open(options.DataDirectory);
        var engine = await AgentRuntimes.FindEngineAsync(host, kinds, cancellationToken);
        await using var runtimes = AgentRuntimes.Start(host, options, kinds, engine, flags.PullOf(invocation));
        if (runtimes.All.Count == 0)
        {
            throw CliException.Usage(
                "an agent needs a runtime: a container engine (`weir doctor` looks for it), --allow-process or --fake, "
                + "or `runtimes: { process: true }` in its config");
        }

        using var loggers = LoggerFactory.Create(HostLogging.At(LogLevel.Information, host.Time));
        await using var told = cancellationToken.Register(
            () => host.Error.WriteLine("finishing what runs; again to stop now"));
        host.Error.WriteLine(
            $"agent '{options.Name}' works for {string.Join(" or ", config.Join.Urls)}: {options.Slots} slots, runtimes: {string.Join(", ", runtimes.Names)}");
        await AgentHost.RunAsync(
            options, runtimes.All, link: null, host.Time, new Random(), loggers, cancellationToken, host.Impatience);
        return ExitCodes.Ok;
    }
}

/// <summary>Flags of an agent that no config file has.</summary>
internal sealed class RunAgentFlags
{
    public Option<string?> Name { get; } =
        new("--name") { Description = "The name people see; this machine's unless given.", HelpName = "NAME" };

    public Option<int?> Slots { get; } = new("--slots")
    {
        Description = "Steps at once; as many as processors unless given.", HelpName = "N",
    };

    public Option<bool> AllowProcess { get; } = new("--allow-process")
    {
        Description = "Offer the process runtime: steps are processes of this machine, hardly shut in.",
    };

    public Option<bool> NoDocker { get; } =
        new("--no-docker") { Description = "Do not offer the docker runtime, though an engine answers." };

    public Option<string?> Pull { get; } = new("--pull")
    {
        Description = "When to ask for an image: if-missing (unless given), always or never.", HelpName = "WHEN",
    };

    public Option<bool> Fake { get; } =
        new("--fake") { Description = "Offer the fake runtime: steps are only pretended." };

    public Option<string?> CaFile { get; } = new("--ca-file")
    {
        Description = "PEM of the authority that signed the controller's certificate.", HelpName = "FILE",
    };

    public IReadOnlyList<Option> All => [Name, Slots, AllowProcess, NoDocker, Pull, Fake, CaFile];

    public string? NameOf(Invocation invocation) => invocation.Value(Name);

    public PullPolicy PullOf(Invocation invocation) => invocation.Value(Pull) switch
    {
        null or "if-missing" => PullPolicy.IfMissing,
        "always" => PullPolicy.Always,
        "never" => PullPolicy.Never,
        var other => throw CliException.Usage($"--pull: `{other}` is none of if-missing, always, never"),
    };

    public IReadOnlyList<string> RuntimesOf(Invocation invocation, IReadOnlyList<string> allowed)
    {
        var kinds = new List<string>();
        if (invocation.Value(AllowProcess) || allowed.Contains("process")) kinds.Add("process");
        if (!invocation.Value(NoDocker) && allowed.Contains("docker")) kinds.Add("docker");
        if (invocation.Value(Fake) || allowed.Contains("fake")) kinds.Add("fake");
        return kinds;
    }
}
