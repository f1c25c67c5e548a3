using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Cli.Hosting;
using Weir.Controller.Config;

namespace Weir.Cli.Commands.Hosts;

/// <summary>Plain <c>weir -c FILE</c>: what the file's <c>mode</c> says.</summary>
internal static class ModeCommand
{
    public static void Attach(RootCommand root, CommandContext context)
    {
        var file = new Option<string?>("--config", "-c")
        {
            Description = "Start what the config file's mode says: controller, agent or both.", HelpName = "FILE",
        };
        root.Add(file);
        root.SetAction((parse, cancellationToken) => Boundary.RunAsync(context.Host, async () =>
        {
            if (parse.GetValue(file) is not { } path)
            {
                context.Host.Error.Write(Help.HelpText.Of(root));
                return ExitCodes.Usage;
            }

            var invocation = new Invocation(context, parse);
            var config = await HostOptions.ReadAsync(invocation, path, [], cancellationToken);
            return await RunAsync(invocation, config, cancellationToken);
        }));
    }

    private static Task<int> RunAsync(Invocation invocation, WeirConfig config, CancellationToken cancellationToken) =>
        config.Mode switch
        {
            WeirMode.Node => ControllerCommand.RunAsync(invocation, config, cancellationToken),
            WeirMode.Client => RunAgentCommand.RunAsync(invocation, config, new RunAgentFlags(), cancellationToken),
            _ => UpCommand.RunAsync(invocation, config, slots: null, LogLevel.Information, cancellationToken),
        };
}
