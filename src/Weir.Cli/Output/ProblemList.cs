using Weir.Contracts.Problems;

namespace Weir.Cli.Output;

/// <summary>Problems as <c>file:line:column: message</c>, the form that editors and terminals make into
/// links.</summary>
internal static class ProblemList
{
    public static void Write(TextWriter output, IReadOnlyList<Problem> problems, string? file)
    {
        foreach (var problem in problems) output.Write(Line(problem, file) + "\n");
    }

    public static string Line(Problem problem, string? file)
    {
        var place = problem.Line > 0
            ? $"{file ?? "input"}:{problem.Line}:{problem.Column}: " : file is null ? ""
            : $"{file}: ";
        var path = problem.Path.Length > 0 ? $"{problem.Path}: " : "";
        return place + (problem.Warning ? "warning: " : "") + path + problem.Message;
    }
}
