using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Cli.Help;
using Weir.Cli.Hosting;
using Weir.Controller.Hosting;

namespace Weir.Cli.Commands.Hosts;

internal static class ControllerCommand
{
    public static Command Create(CommandContext context)
    {
        var host = new HostOptions();
        var command = new Command("controller", "Start a controller.");
        foreach (var option in host.All) command.Add(option);
        return context.Does(command, (invocation, cancellationToken) => RunAsync(invocation, host.Read(invocation), cancellationToken));
    }

    private static async Task<int> RunAsync(Invocation invocation, ControllerOptions options, CancellationToken cancellationToken)
    {
        var host = invocation.Host;
        await using var controller = await LocalSystem.StartControllerAsync(
            options, HostLogging.At(LogLevel.Information), cancellationToken);
        LocalContext.Remember(host, controller.Address, controller.AdminToken);
        var file = PidFile.Write(options.DataFolder, controller.Address.ToString());
        invocation.Printer.Lines(
        [
            $"weir {VersionPrinter.Short}: controller ready at {controller.Address}",
            $"  data   {options.DataFolder}",
            $"  token  {Path.Combine(options.DataFolder, "admin.token")} (the context 'local' has it)",
            $"  join   weir agent --join {controller.Address} --join-token \"$(weir agent join-token)\"",
        ]);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() => stopped.TrySetResult());
        await stopped.Task;
        await controller.StopAsync(CancellationToken.None);
        file.Remove(options.DataFolder);
        return ExitCodes.Ok;
    }
}
