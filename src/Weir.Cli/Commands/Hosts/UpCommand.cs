using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Cli.Connecting;
using Weir.Cli.Help;
using Weir.Cli.Hosting;
using Weir.Cli.Output;
using Weir.Contracts.Agents;
using Weir.Controller.Config;

namespace Weir.Cli.Commands.Hosts;

internal static class UpCommand
{
    public static Command Create(CommandContext context)
    {
        var host = HostOptions.OfController();
        var slots = new Option<int?>("--slots")
        {
            Description = "Steps at once; as many as processors unless given.", HelpName = "N",
        };
        var detach =
            new Option<bool>("--detach") { Description = "Return once it is ready; it goes on in the background." };
        var quiet = new Option<bool>("--quiet") { Description = "Log warnings only." };
        var command = new Command("up", "Start controller and agent in one process.") { detach, slots, quiet };
        host.AddTo(command);
        return context.Does(command, async (invocation, cancellationToken) =>
        {
            var config = await host.ReadAsync(invocation, cancellationToken);
            if (invocation.Value(detach)) return await DetachAsync(invocation, config.DataFolder, cancellationToken);
            var level = invocation.Value(quiet) ? LogLevel.Warning : LogLevel.Information;
            return await RunAsync(invocation, config, invocation.Value(slots), level, cancellationToken);
        });
    }

    public static async Task<int> RunAsync(
        Invocation invocation, WeirConfig config, int? slots, LogLevel level, CancellationToken cancellationToken)
    {
        var host = invocation.Host;
        var began = host.Time.GetTimestamp();
        var options = config.ToControllerOptions() with { Time = host.Time };
        var agent = AgentSettings.Options(LocalFolders.AgentIn(options.DataFolder), config.Node.Name, slots);
        await using var system = await LocalSystem.StartAsync(
            options, new LocalAgentOptions(agent, config.LocalRuntimes), host, HostLogging.At(level, host.Time),
            cancellationToken);
        LocalContext.Remember(host, system.Address, system.AdminToken);
        await LabelAsync(invocation, system, config.Labels, cancellationToken);
        var file = PidFile.Write(system.Folder, Endpoint.Show(system.Address));
        Announce(invocation, system, host.Time.GetElapsedTime(began));
        await Stopping.WaitAsync(system.Agent.Ended, cancellationToken);
        host.Error.WriteLine("stopping ...");
        await system.StopAsync();
        file.Remove(system.Folder);
        return ExitCodes.Ok;
    }

    private static async Task LabelAsync(
        Invocation invocation, LocalSystem system, IReadOnlyDictionary<string, string> labels,
        CancellationToken cancellationToken)
    {
        if (labels.Count == 0) return;
        using var call = new ControllerCall(
            invocation, new Endpoint([system.Address], system.AdminToken, Namespace: null));
        await call.Client.Agents.UpdateAsync(
            system.Agent.Id, new UpdateAgentRequest { Labels = labels }, cancellationToken);
    }

    private static async Task<int> DetachAsync(
        Invocation invocation, string folder, CancellationToken cancellationToken)
    {
        var host = invocation.Host;
        if (PidFile.ReadAlive(folder) is { } other)
        {
            throw new CliException(
                ExitCodes.Conflict, $"{folder} is served already, by process {other.Process} at {other.Address}");
        }

        var arguments = Environment.GetCommandLineArgs().Skip(1).Where(argument => argument != "--detach").ToList();
        var detacher = new Detacher(host, folder);
        var file = await detacher.StartAsync(arguments, cancellationToken);
        invocation.Printer.Lines(
        [
            $"weir is up at {file.Address} (process {file.Process})",
            $"  data  {folder}",
            $"  log   {detacher.LogFile}",
            "  stop  weir down" + (folder == DataFolder.Default(host) ? "" : $" --data-dir {folder}"),
        ]);
        return ExitCodes.Ok;
    }

    private static void Announce(Invocation invocation, LocalSystem system, TimeSpan took)
    {
        var agent = system.Agent.Options;
        var address = Endpoint.Show(system.Address);
        var elsewhere = Endpoint.Show(system.PublicAddress);
        invocation.Printer.Lines(
        [
            invocation.Palette.Strong($"weir {VersionPrinter.Short} is ready after {Elapsed.Format(took)}"),
            $"  address  {address}",
            $"  browser  {system.CreateSignInLink()}  (signs in once, within the hour)",
            $"  data     {system.Folder}",
            $"  token    {system.TokenFile} (the context 'local' has it)",
            $"  agent    {agent.Name}, {agent.Slots} slots, runtimes: {string.Join(", ", system.Agent.Runtimes)}",
            "           the process runtime runs steps as processes of this machine: run only flows that you trust",
            $"           {AgentSettings.UsersOfSteps(agent)}",
            $"  join     weir agent --join {elsewhere} --join-token \"$(weir agent join-token)\"",
            "",
            "Ctrl-C stops it.",
        ]);
    }
}
