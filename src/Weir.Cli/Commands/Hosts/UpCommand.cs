using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Agent;
using Weir.Cli.Help;
using Weir.Cli.Hosting;
using Weir.Cli.Output;
using Weir.Controller.Hosting;

namespace Weir.Cli.Commands.Hosts;

internal static class UpCommand
{
    public static Command Create(CommandContext context)
    {
        var host = new HostOptions();
        var slots = new Option<int?>("--slots") { Description = "Steps at once; as many as processors unless given.", HelpName = "N" };
        var detach = new Option<bool>("--detach") { Description = "Return once it is ready; it goes on in the background." };
        var quiet = new Option<bool>("--quiet") { Description = "Log warnings only." };
        var command = new Command("up", "Start controller and agent in one process.") { detach, slots, quiet };
        foreach (var option in host.All) command.Add(option);
        return context.Does(command, async (invocation, cancellationToken) =>
        {
            var options = host.Read(invocation);
            if (invocation.Value(detach)) return await DetachAsync(invocation, options.DataFolder, cancellationToken);
            var agent = AgentOf(options, invocation.Value(slots));
            var level = invocation.Value(quiet) ? LogLevel.Warning : LogLevel.Information;
            return await RunAsync(invocation, options, agent, HostLogging.At(level), cancellationToken);
        });
    }

    public static AgentOptions AgentOf(ControllerOptions options, int? slots) => new()
    {
        Name = Environment.MachineName,
        DataDirectory = LocalFolders.AgentIn(options.DataFolder),
        Slots = slots is null or (>= 1 and <= 1000)
            ? slots ?? Math.Max(2, Environment.ProcessorCount)
            : throw CliException.Usage($"--slots: {slots} is not within 1 and 1000"),
    };

    private static async Task<int> RunAsync(
        Invocation invocation, ControllerOptions options, AgentOptions agent, Action<ILoggingBuilder> logging,
        CancellationToken cancellationToken)
    {
        var host = invocation.Host;
        var began = host.Time.GetTimestamp();
        await using var system = await LocalSystem.StartAsync(options, agent, logging, cancellationToken);
        LocalContext.Remember(host, system.Address, system.AdminToken);
        var file = PidFile.Write(system.Folder, system.Address.ToString());
        Announce(invocation, system, host.Time.GetElapsedTime(began));
        await UntilStoppedAsync(system, cancellationToken);
        host.Error.WriteLine("stopping ...");
        await system.StopAsync();
        file.Remove(system.Folder);
        return ExitCodes.Ok;
    }

    private static async Task UntilStoppedAsync(LocalSystem system, CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() => stopped.TrySetResult());
        var first = await Task.WhenAny(stopped.Task, system.Agent.Ended);
        if (first != stopped.Task && !cancellationToken.IsCancellationRequested) await first;
    }

    private static async Task<int> DetachAsync(Invocation invocation, string folder, CancellationToken cancellationToken)
    {
        var host = invocation.Host;
        if (PidFile.ReadAlive(folder) is { } other)
            throw new CliException(ExitCodes.Conflict, $"{folder} is served already by process {other.Process} at {other.Address}");
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
        var bold = invocation.Palette;
        invocation.Printer.Lines(
        [
            bold.Strong($"weir {VersionPrinter.Short} is ready after {Elapsed.Format(took)}"),
            $"  address  {system.Address}",
            $"  data     {system.Folder}",
            $"  token    {system.TokenFile} (the context 'local' has it)",
            $"  agent    {system.Agent.Options.Name}, {system.Agent.Options.Slots} slots, runtimes: process, fake",
            "           the process runtime runs steps as processes of this machine: only run flows that you trust",
            $"  join     weir agent --join {system.Address} --join-token \"$(weir agent join-token)\"",
            "",
            "Ctrl-C stops it.",
        ]);
    }
}
