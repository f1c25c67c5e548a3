using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Weir.Cli.Commands.Tools;
using Weir.Cli.Connecting;
using Weir.Cli.Output;
using Weir.Contracts.Client;
using Weir.Contracts.Json;
using Weir.Contracts.Nodes;

namespace Weir.Cli.Commands.Kinds;

internal static class KindCommand
{
    public static Command Create(CommandContext context) => new("kind", "Say what the data of nodes must be.")
    {
        CreateVerb(context), ListVerb(context), GetVerb(context),
    };

    private static Command CreateVerb(CommandContext context)
    {
        var name = new Argument<string>("kind") { Description = "The kind's name." };
        var file = new Option<string>("--file", "-f")
        {
            Description = "Its JSON Schema (2020-12); - reads the standard input.", HelpName = "FILE", Required = true,
        };
        var formats = new Option<bool>("--formats") { Description = "Hold data to `format` in the schema." };
        return context.Asks(
            new Command("create", "Register a kind, or a new version of it.") { name, file, formats },
            async (call, cancellationToken) =>
            {
                var read = await FlowFile.ReadAsync(call.Host, call.Value(file)!, cancellationToken);
                var request = new CreateKindRequest(call.Value(name), JsonGiven.Read("--file", read.Text))
                {
                    Formats = call.Value(formats),
                };
                return await SendAsync(call, request, read.Name, cancellationToken);
            });
    }

    private static async Task<int> SendAsync(
        ControllerCall call, CreateKindRequest request, string file, CancellationToken cancellationToken)
    {
        try
        {
            var made = await call.Client.Kinds.CreateAsync(request, cancellationToken);
            call.Printer.Write(made.Kind, WeirJson.Default.KindView, kind =>
            [
                made.Changed
                    ? $"kind '{kind.Name}' is now at version {kind.Version}"
                    : $"kind '{kind.Name}' is unchanged at version {kind.Version}",
            ]);
            return ExitCodes.Ok;
        }
        catch (WeirApiException refusal) when (refusal.Problems.Count > 0)
        {
            ProblemList.Write(call.Host.Error, refusal.Problems, file);
            return ExitCodes.Of(refusal);
        }
    }

    private static Command ListVerb(CommandContext context) =>
        context.Asks(new Command("list", "List the kinds."), async (call, cancellationToken) =>
        {
            var page = await Paging.TakeAsync(
                500, null, next => call.Client.Kinds.ListAsync(next, cancellationToken));
            call.Printer.Write(page.Items, WeirJson.Default.KindView, new Table<KindView>(
            [
                new("KIND", kind => kind.Name),
                new("VERSION", kind => kind.Version.ToString(CultureInfo.InvariantCulture)),
                new("CREATED", kind => Elapsed.Ago(kind.Created, call.Now)),
                new("BY", kind => kind.CreatedBy),
            ]));
            return ExitCodes.Ok;
        });

    private static Command GetVerb(CommandContext context)
    {
        var name = new Argument<string>("kind") { Description = "The kind's name." };
        var version = new Option<int?>("--version") { Description = "The newest unless given.", HelpName = "N" };
        return context.Asks(
            new Command("get", "Print the schema of a kind.") { name, version },
            async (call, cancellationToken) =>
            {
                var kind = await call.Client.Kinds.GetAsync(
                    call.Value(name), call.Value(version), cancellationToken);
                call.Printer.Write(kind, WeirJson.Default.KindView, shown => [shown.Schema!.Value.GetRawText()]);
                return ExitCodes.Ok;
            });
    }
}

/// <summary>Reads JSON that was given on the command line.</summary>
internal static class JsonGiven
{
    public static JsonElement Read(string option, string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.Clone();
        }
        catch (JsonException malformed)
        {
            throw CliException.Usage($"{option} is no JSON: {malformed.Message}");
        }
    }
}
