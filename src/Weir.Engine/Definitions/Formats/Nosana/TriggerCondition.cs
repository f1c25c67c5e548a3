using System.Buffers;

namespace Weir.Engine.Definitions.Formats.Nosana;

/// <summary>
/// Turns a job's <c>trigger</c> into a condition on what started the run. A run that was started by hand tells no
/// branch and no tag: then the job runs.
/// </summary>
internal static class TriggerCondition
{
    private const string Branch = "trigger.branch";
    private const string Tag = "trigger.tag";
    private const string Base = "trigger.base_branch";
    private static readonly SearchValues<char> PatternSigns = SearchValues.Create("*?[]{}");

    public static TreeText? Of(TreeValue? trigger, string path, ProblemList problems)
    {
        if (trigger is not TreeMap map) return null;
        var choices = new List<string>();
        foreach (var (key, value) in map.Entries)
        {
            var keyPath = TreePath.Key(path, key.Value);
            switch (key.Value)
            {
                case "branch" or "branches":
                    Add(map, key.Value, Branch);
                    break;
                case "push" when value is TreeMap push:
                    Check(push, keyPath, ["branch", "branches", "tags"], problems);
                    Add(push, "branch", Branch);
                    Add(push, "branches", Branch);
                    Add(push, "tags", Tag);
                    break;
                case "pull_request" when value is TreeMap pull:
                    Check(pull, keyPath, ["branches"], problems);
                    Add(pull, "branches", Base);
                    break;
                default:
                    problems.Warn(keyPath, key.Place, $"`{key.Value}` has no effect on a job's trigger");
                    break;
            }
        }

        if (choices.Contains("true") || map.Entries.IsEmpty) return null;
        var known = string.Join(" || ", new[] { Branch, Tag, Base });
        var any = string.Join(" || ", new[] { $"!({known})" }.Concat(choices.Distinct()));
        return Native.Text($"success() && ({any})", map.Place);

        void Add(TreeMap from, string key, string field)
        {
            foreach (var pattern in from.Texts(key) ?? [])
                choices.Add(Matching(pattern, field, path, (problems, from)));
        }
    }

    private static void Check(TreeMap map, string path, string[] known, ProblemList problems) =>
        new ForeignKeys(known).Check(map, path, problems);

    private static string Matching(string pattern, string field, string path, (ProblemList Problems, TreeMap At) report)
    {
        var inner = pattern.Trim('*');
        var quoted = $"'{inner.Replace("'", "''", StringComparison.Ordinal)}'";
        if (inner.AsSpan().ContainsAny(PatternSigns))
        {
            report.Problems.Warn(path, report.At.Place, $"`{pattern}`: a pattern has `*` at its ends only; taken as `*`");
            return "true";
        }

        return (pattern.StartsWith('*'), pattern.EndsWith('*')) switch
        {
            _ when inner.Length == 0 || pattern == "all" => field == Branch && pattern == "all" ? "true" : Present(field),
            (true, true) => $"contains({field}, {quoted})",
            (false, true) => $"starts_with({field}, {quoted})",
            (true, false) => $"ends_with({field}, {quoted})",
            _ => $"{field} == {quoted}",
        };
    }

    /// <summary>True when there is any: a branch named <c>*</c> is any branch, but no tag.</summary>
    private static string Present(string field) => $"{field} != null";
}
