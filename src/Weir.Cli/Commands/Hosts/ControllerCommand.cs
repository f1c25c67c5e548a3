using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Cli.Connecting;
using Weir.Cli.Help;
using Weir.Cli.Hosting;
using Weir.Controller.Config;

namespace Weir.Cli.Commands.Hosts;

internal static class ControllerCommand
{
    public static Command Create(CommandContext context)
    {
        var host = HostOptions.OfController();
        var command = new Command("controller", "Start a controller.");
        host.AddTo(command);
        return context.Does(command, async (invocation, cancellationToken) =>
            await RunAsync(invocation, await host.ReadAsync(invocation, cancellationToken), cancellationToken));
    }

    public static async Task<int> RunAsync(
        Invocation invocation, WeirConfig config, CancellationToken cancellationToken)
    {
        var host = invocation.Host;
        var options = config.ToControllerOptions() with { Time = host.Time };
        await using var controller = await LocalSystem.StartControllerAsync(
            options, HostLogging.At(LogLevel.Information, host.Time), cancellationToken);
        LocalContext.Remember(host, controller.Address, controller.AdminToken);
        var address = Endpoint.Show(controller.Address);
        var file = PidFile.Write(options.DataFolder, address);
        invocation.Printer.Lines(
        [
            $"weir {VersionPrinter.Short}: controller ready at {address}",
            $"  data   {options.DataFolder}",
            $"  token  {Path.Combine(options.DataFolder, "admin.token")} (the context 'local' has it)",
            $"  join   weir agent --join {Endpoint.Show(controller.PublicAddress)} --join-token \"$(weir agent join-token)\"",
        ]);
        await Stopping.WaitAsync(Task.Delay(Timeout.InfiniteTimeSpan, host.Time, cancellationToken), cancellationToken);
        await controller.StopAsync(CancellationToken.None);
        file.Remove(options.DataFolder);
        return ExitCodes.Ok;
    }
}
