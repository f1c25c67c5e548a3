using System.CommandLine;
using Weir.Cli.Output;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Engine.Definitions;

namespace Weir.Cli.Commands.Tools;

internal static class LintCommand
{
    public static Command Create(CommandContext context)
    {
        var files = new Argument<string[]>("file")
        {
            Description = "Flow files of any format; - reads the standard input.", Arity = ArgumentArity.OneOrMore,
        };
        return context.Does(
            new Command("lint", "Check flow files and tell all that is wrong with them.") { files },
            (invocation, cancellationToken) => RunAsync(invocation, invocation.Value(files), cancellationToken));
    }

    private static async Task<int> RunAsync(Invocation invocation, string[] files, CancellationToken cancellationToken)
    {
        var failed = 0;
        foreach (var path in files)
        {
            var file = await FlowFile.ReadAsync(invocation.Host, path, cancellationToken);
            var problems = FlowReader.Read(file.Text, file.Name).Problems;
            if (problems.Any(problem => !problem.Warning)) failed++;
            Print(invocation, file.Name, problems);
        }

        return failed == 0 ? ExitCodes.Ok : ExitCodes.Usage;
    }

    private static void Print(Invocation invocation, string file, IReadOnlyList<Problem> problems)
    {
        var printer = invocation.Printer;
        if (!printer.ForPeople)
        {
            printer.Write(problems, WeirJson.Default.Problem, new Table<Problem>([]));
            return;
        }

        ProblemList.Write(invocation.Host.Output, problems, file);
        var errors = problems.Count(problem => !problem.Warning);
        invocation.Host.Error.WriteLine(errors switch
        {
            0 => $"{file}: ok",
            1 => $"{file}: 1 problem",
            _ => $"{file}: {errors} problems",
        });
    }
}
