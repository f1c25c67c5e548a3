using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Weir.Cli.Commands.Runs;
using Weir.Cli.Connecting;
using Weir.Cli.Following;
using Weir.Cli.Hosting;
using Weir.Contracts.Runs;
using Weir.Controller.Config;
using Weir.Controller.Hosting;

namespace Weir.Cli.Commands.Hosts;

internal static class DemoCommand
{
    public static Command Create(CommandContext context)
    {
        var repo = new Option<string?>("--repo")
        {
            Description = "Build this git repository; a small new one unless given.", HelpName = "URL",
        };
        var runtime = new Option<string?>("--runtime")
        {
            Description = "process or docker; docker unless given, if an engine answers and has the image.",
            HelpName = "NAME",
        };
        runtime.AcceptOnlyFromAmong("process", "docker");
        var image = new Option<string?>("--image")
        {
            Description = "Image of the steps in containers, with sh and git.", HelpName = "IMAGE",
        };
        var reference = new Option<string?>("--ref") { Description = "Its branch, tag or commit.", HelpName = "REF" };
        return context.Does(
            new Command("demo", "Run a small flow on a real repository, from start to end.")
            {
                repo, reference, runtime, image,
            },
            async (invocation, cancellationToken) =>
            {
                var choice = await DemoRuntime.ChooseAsync(
                    invocation.Host, invocation.Value(runtime), invocation.Value(image), cancellationToken);
                var source = (invocation.Value(repo), invocation.Value(reference) ?? "");
                return await RunAsync(invocation, source, choice, cancellationToken);
            });
    }

    private static async Task<int> RunAsync(
        Invocation invocation, (string? Repo, string Ref) source, DemoRuntime choice,
        CancellationToken cancellationToken)
    {
        var repo = source.Repo;
        var folder = Directory.CreateTempSubdirectory("weir-demo-").FullName;
        LocalFolders.Prepare(folder);
        if (repo is null)
        {
            repo = Path.Combine(folder, "repository");
            await new DemoRepository(repo).CreateAsync(cancellationToken);
        }

        var options =
            new ControllerOptions { DataFolder = Path.Combine(folder, "data"), Port = 0, Time = invocation.Host.Time };
        var agent = AgentSettings.Options(LocalFolders.AgentIn(options.DataFolder), name: "demo", slots: null);
        await using var system = await LocalSystem.StartAsync(
            options, new LocalAgentOptions(agent, WeirConfig.AllRuntimes) { Dials = true },
            invocation.Host, HostLogging.At(LogLevel.Warning, invocation.Host.Time),
            cancellationToken);
        invocation.Printer.Lines(
        [
            $"controller and agent run at {Endpoint.Show(system.Address)}, data in {options.DataFolder}",
            $"repository: {repo}",
            $"runtime: {choice.Name}, because {choice.Why}",
            "",
        ]);
        try
        {
            var run = await FollowAsync(invocation, system, (repo, source.Ref), choice, cancellationToken);
            Conclude(invocation, options.DataFolder, run);
            return ExitCodes.Of(run);
        }
        finally
        {
            await system.StopAsync();
        }
    }

    private static async Task<RunView> FollowAsync(
        Invocation invocation, LocalSystem system, (string Repo, string Ref) source, DemoRuntime choice,
        CancellationToken cancellationToken)
    {
        using var call = new ControllerCall(
            invocation, new Endpoint([system.Address], system.AdminToken, Namespace: null));
        var request = new StartRunRequest
        {
            Definition = choice.Adapt(await FlowTextAsync(cancellationToken)),
            File = "demo.yml",
            Params = new Dictionary<string, JsonElement>
            {
                ["repo"] = Text(source.Repo), ["ref"] = Text(source.Ref), ["image"] = Text(choice.Image),
            },
        };
        var started = await call.Client.Runs.StartAsync(request, cancellationToken);
        return await RunFollower.FollowAsync(
            call, started.Run, new FollowView { Logs = true }, limit: null, cancellationToken);
    }

    private static void Conclude(Invocation invocation, string data, RunView run) => invocation.Printer.Lines(
    [
        "",
        $"logs       {Path.Combine(data, "logs", "runs", run.Namespace, run.Id)}",
        $"look       weir up --detach --data-dir {data}",
        $"           weir run get {run.Handle}; weir run logs {run.Handle} test",
        $"           weir run artifacts {run.Handle} --to out",
        $"           weir down --data-dir {data}",
        $"throw away rm -r {Path.GetDirectoryName(data)}",
    ]);

    private static async Task<string> FlowTextAsync(CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(typeof(DemoCommand).Assembly.GetManifestResourceStream("demo.yml")!);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private static JsonElement Text(string value) => JsonSerializer.SerializeToElement(value, TextJson.Default.String);
}
