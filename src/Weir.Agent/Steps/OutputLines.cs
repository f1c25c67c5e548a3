using System.Text;

namespace Weir.Agent.Steps;

/// <summary>
/// What a step wrote to <c>WEIR_OUTPUT</c>: lines <c>name=value</c>, UTF-8, of declared names; the last of a name
/// counts.
/// </summary>
internal sealed record OutputLines(IReadOnlyDictionary<string, string> Values, IReadOnlyList<string> Problems)
{
    public const int MaxBytes = 64 * 1024;
    private const int MaxProblems = 10;

    public static OutputLines Parse(ReadOnlySpan<byte> content, IReadOnlyList<string> declared)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var problems = new List<string>();
        var number = 0;
        foreach (var line in Encoding.UTF8.GetString(content).Split('\n'))
        {
            number++;
            if (line.AsSpan().Trim().IsEmpty) continue;
            var text = line.EndsWith('\r') ? line[..^1] : line;
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? "" : text[..equals].Trim();
            if (equals < 0) problems.Add($"output line {number} is not name=value");
            else if (!declared.Contains(name)) problems.Add($"output '{name}' (line {number}) is not declared");
            else values[name] = text[(equals + 1)..];
        }

        if (problems.Count > MaxProblems) problems =
            [.. problems.Take(MaxProblems), $"… and {problems.Count - MaxProblems} more"];
        return new OutputLines(values, problems);
    }
}
