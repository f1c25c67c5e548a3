using System.CommandLine;
using Weir.Cli.Checks;
using Weir.Cli.Connecting;
using Weir.Cli.Hosting;
using Weir.Cli.Output;

namespace Weir.Cli.Commands.Tools;

internal static class DoctorCommand
{
    public static Command Create(CommandContext context)
    {
        var folder =
            new Option<string?>("--data-dir") { Description = "The data folder to look at.", HelpName = "FOLDER" };
        var database = new Option<string?>("--database")
        {
            Description = "A PostgreSQL to look at; also by WEIR_DATABASE_URL.", HelpName = "URL",
        };
        var local = new Option<bool>("--local") { Description = "This machine only; ask no controller." };
        return context.Does(
            new Command("doctor", "Check this machine and the way to the controller.") { folder, database, local },
            async (invocation, cancellationToken) =>
            {
                var findings = new List<Finding>();
                findings.AddRange(
                    new MachineChecks(invocation.Host, DataFolder.Of(invocation.Host, invocation.Value(folder))).Run());
                findings.AddRange(await EngineChecks.RunAsync(invocation.Host, cancellationToken));
                if ((invocation.Value(database) ?? invocation.Host.Setting("WEIR_DATABASE_URL")) is { Length: > 0 } address)
                    findings.Add(await DatabaseChecks.RunAsync(address, cancellationToken));
                if (!invocation.Value(local))
                {
                    using var call = new ControllerCall(invocation);
                    findings.AddRange(await new ControllerChecks(call).RunAsync(cancellationToken));
                }

                Print(invocation, findings);
                return findings.Any(finding => finding.Level == FindingLevel.Fail) ? ExitCodes.Error : ExitCodes.Ok;
            });
    }

    private static void Print(Invocation invocation, List<Finding> findings)
    {
        var printer = invocation.Printer;
        if (printer.ForPeople) printer.Lines(findings.SelectMany(finding => Lines(finding, invocation.Palette)));
        else printer.Write(findings, FindingJson.Default.Finding, new Table<Finding>([]));
    }

    private static IEnumerable<string> Lines(Finding finding, Palette palette)
    {
        var level = Words.Of(finding.Level).PadRight(4);
        var painted = finding.Level switch
        {
            FindingLevel.Ok => palette.Good(level),
            FindingLevel.Warn => palette.Warning(level),
            _ => palette.Bad(level),
        };
        yield return $"{painted}  {finding.Check,-12}  {finding.Message}";
        if (finding.Run is { } line) yield return $"                    run: {palette.Strong(line)}";
    }
}
