using System.CommandLine;
using System.Formats.Tar;
using Weir.Cli.Connecting;
using Weir.Cli.Output;
using Weir.Contracts.Json;
using Weir.Contracts.Runs;
using Weir.Engine.Definitions;

namespace Weir.Cli.Commands.Runs;

internal static class ArtifactsCommand
{
    private static readonly Table<ArtifactView> Columns = new(
    [
        new("STEP", artifact => artifact.Step),
        new("NAME", artifact => artifact.Name),
        new("FILES", artifact => artifact.Files.ToString()),
        new("SIZE", artifact => ByteSize.Format(artifact.Bytes)),
        new("DIGEST", artifact => artifact.Digest),
    ]);

    public static Command Create(CommandContext context)
    {
        var handle = RunCommand.Handle();
        var step = new Option<string?>("--step") { Description = "Only what this step left.", HelpName = "STEP" };
        var name = new Option<string?>("--name") { Description = "Only artifacts of this name.", HelpName = "NAME" };
        var folder =
            new Option<string?>("--to") { Description = "Unpack them into FOLDER/STEP/NAME.", HelpName = "FOLDER" };
        return context.Asks(
            new Command("artifacts", "List what the steps of a run left, or fetch it.") { handle, step, name, folder },
            async (call, cancellationToken) =>
            {
                var page = await call.Client.Artifacts.ListAsync(call.Value(handle), cancellationToken);
                var chosen = page.Items
                    .Where(artifact => call.Value(step) is not { } only || artifact.Step == only)
                    .Where(artifact => call.Value(name) is not { } only || artifact.Name == only)
                    .ToList();
                if (chosen.Count == 0 && (call.Value(step) ?? call.Value(name)) is not null)
                    throw new CliException(ExitCodes.NotFound, "the run has no such artifact: leave out --step and --name to see all");
                if (call.Value(folder) is { } to)
                {
                    foreach (var artifact in chosen)
                        await FetchAsync(call, call.Value(handle), artifact, to, cancellationToken);
                }

                call.Printer.Write(chosen, WeirJson.Default.ArtifactView, Columns);
                return ExitCodes.Ok;
            });
    }

    private static async Task FetchAsync(
        ControllerCall call, string run, ArtifactView artifact, string to, CancellationToken cancellationToken)
    {
        // names come from a flow that others may have written
        if (IsPath(artifact.Step) || IsPath(artifact.Name))
            throw new CliException(ExitCodes.Error, $"'{artifact.Step}/{artifact.Name}' is no name for a folder");
        var folder = Path.Combine(call.Host.Folder, to, artifact.Step, artifact.Name);
        Directory.CreateDirectory(folder);
        await using var tar = await call.Client.Artifacts.DownloadAsync(
            run, artifact.Step, artifact.Name, cancellationToken: cancellationToken);
        await TarFile.ExtractToDirectoryAsync(tar, folder, overwriteFiles: true, cancellationToken);
    }

    private static bool IsPath(string name) => name is "" or "." or ".." || name.AsSpan().ContainsAny('/', '\\', '\0');
}
