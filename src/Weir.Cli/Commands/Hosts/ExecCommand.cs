using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Cli.Commands.Tools;
using Weir.Cli.Connecting;
using Weir.Cli.Following;
using Weir.Cli.Hosting;
using Weir.Cli.Output;
using Weir.Contracts.Runs;
using Weir.Controller.Config;
using Weir.Controller.Hosting;
using Weir.Controller.Vault;
using Weir.Engine.Definitions;
using Weir.Runtimes.Docker;

namespace Weir.Cli.Commands.Hosts;

/// <summary>
/// A flow file from its text to its end in this process: the engine, agent and masks of a controller, which nobody else
/// reaches and which leaves nothing behind.
/// </summary>
internal static class ExecCommand
{
    private const string Docker = "docker";

    public static Command Create(CommandContext context)
    {
        var options = new ExecOptions();
        var command = new Command("exec", "Run a flow file here, without a controller.") { options.File };
        foreach (var option in options.All) command.Add(option);
        return context.Does(
            command, (invocation, cancellationToken) => RunAsync(invocation, options, cancellationToken));
    }

    private static async Task<int> RunAsync(
        Invocation invocation, ExecOptions options, CancellationToken cancellationToken)
    {
        var file = await FlowFile.ReadAsync(invocation.Host, invocation.Value(options.File)!, cancellationToken);
        if (invocation.Value(options.DryRun))
        {
            var adapted = await AdaptAsync(invocation, options, file, new FlowAdaption(), cancellationToken);
            return ExecRehearsal.Print(invocation, options, adapted);
        }

        var scratch = Directory.CreateTempSubdirectory("weir-exec-").FullName;
        try
        {
            LocalFolders.Prepare(scratch);
            var source = await SourceAsync(invocation, options, file, scratch, cancellationToken);
            var adapted = await AdaptAsync(invocation, options, file, source, cancellationToken);
            return await RunAsync(invocation, options, (adapted, scratch), cancellationToken);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    /// <summary>The flow as a native file, with what the options change of it.</summary>
    private static async Task<FlowFile> AdaptAsync(
        Invocation invocation, ExecOptions options, FlowFile file, FlowAdaption source,
        CancellationToken cancellationToken)
    {
        var image = invocation.Value(options.Image);
        if (image is null && invocation.Value(options.Executor) == Docker)
            image = await LocalImageAsync(invocation, file, cancellationToken);
        var adapted = FlowReader.Adapt(
            file.Text, file.Name, source with { Image = image, Step = invocation.Value(options.Step) });
        ProblemList.Write(invocation.Host.Error, adapted.Problems, file.Name);
        return adapted.Text is { } text
            ? new FlowFile(text, "flow.yml")
            : throw CliException.Usage($"{file.Name} cannot be run");
    }

    /// <summary>For steps that name no image: one that is here, as they would not run in a container without.</summary>
    private static async Task<string?> LocalImageAsync(
        Invocation invocation, FlowFile file, CancellationToken cancellationToken)
    {
        var flow = FlowReader.Read(file.Text, file.Name).Flow;
        if (flow is not { Image: null } || flow.Steps.All(step => step.Image is not null)) return null;
        var probe = await DockerProbe.LookAsync(invocation.Host.Setting, invocation.Host.Time, cancellationToken);
        if (probe.Problem is { } problem) throw new CliException(ExitCodes.Error, problem);
        var known = await probe.ListImagesAsync(cancellationToken);
        var image = known.Count == 0 || known.Contains(DemoRuntime.UsualImage) ? DemoRuntime.UsualImage : known[0];
        invocation.Host.Error.WriteLine($"image: {image} for steps that name none; --image names another");
        return image;
    }

    private static async Task<FlowAdaption> SourceAsync(
        Invocation invocation, ExecOptions options, FlowFile file, string scratch, CancellationToken cancellationToken)
    {
        // what is on this machine's disk is nowhere in a container
        var isWanted = !invocation.Value(options.SourceAsWritten) && invocation.Value(options.Executor) != Docker;
        if (!isWanted || FlowReader.Read(file.Text, file.Name).Flow?.Source is not { } written)
            return new FlowAdaption();
        var folder = Path.GetDirectoryName(Path.GetFullPath(Path.Combine(invocation.Host.Folder, file.Name)))!;
        if (!Directory.Exists(folder)) return new FlowAdaption();
        if (await WorkingTree.CopyAsync(folder, scratch, cancellationToken) is not { } tree) return new FlowAdaption();
        invocation.Host.Error.WriteLine($"source: {tree.Root} at {tree.Commit}, in place of {written.Git}");
        return new FlowAdaption { Git = tree.Copy, Ref = WorkingTree.Ref };
    }

    private static async Task<int> RunAsync(
        Invocation invocation, ExecOptions options, (FlowFile Flow, string Folder) what,
        CancellationToken cancellationToken)
    {
        var controller = new ControllerOptions
        {
            DataFolder = Path.Combine(what.Folder, "data"),
            Backend = StateBackend.Dev,
            Port = 0,
            Time = invocation.Host.Time,
            Vault = new VaultOptions { Files = options.SecretFiles(invocation) },
        };
        var agent = AgentSettings.Options(LocalFolders.AgentIn(controller.DataFolder), name: "exec", slots: null);
        await using var system = await LocalSystem.StartAsync(
            controller, new LocalAgentOptions(agent, WeirConfig.AllRuntimes), invocation.Host,
            HostLogging.At(LogLevel.Error, invocation.Host.Time), cancellationToken);
        try
        {
            using var call = new ControllerCall(
                invocation, new Endpoint([system.Address], system.AdminToken, Namespace: null));
            var started = await call.Client.Runs.StartAsync(
                new StartRunRequest
                {
                    Definition = what.Flow.Text,
                    File = what.Flow.Name,
                    Params = Given.Params("--param", invocation.Value(options.Params)),
                    Runtime = invocation.Value(options.Executor),
                },
                cancellationToken);
            var view = new FollowView { Logs = true, IsOwn = true };
            return ExitCodes.Of(
                await RunFollower.FollowAsync(call, started.Run, view, limit: null, cancellationToken));
        }
        finally
        {
            await system.StopAsync();
        }
    }
}
