using System.Text.RegularExpressions;
using Weir.Engine.Expressions;

namespace Weir.Engine.Definitions.Formats.Nosana;

/// <summary>
/// Turns commands of a job into commands of a step. They share one shell there as here; what a command's own keys say
/// reaches the shell by environment variables.
/// </summary>
internal sealed partial class PipelineCommands(NativeMap env, string[] lines, ProblemList problems)
{
    private const string PipesFail = "if (set -o pipefail) 2> /dev/null; then set -o pipefail; fi";
    private const string ProjectPath = ContainerPath.Home + "/" + PipelineConverter.ProjectFolder;
    private static readonly ForeignKeys Keys = new("cmd", "working_dir", "workdir", "allow_failure");
    private readonly List<TreeText> _commands = [];
    private readonly List<string> _before = [];

    public bool IsEmpty => _commands.Count == 0;

    public void EnterFolder(string variable, string folder)
    {
        env.Set(variable, Native.Literal(folder));
        _before.Add($"mkdir -p -- \"${variable}\" && cd -- \"${variable}\"");
    }

    public void AddExports(IEnumerable<string> exports) => _before.AddRange(exports);

    public void AddAll(TreeValue? commands, string path)
    {
        if (commands is TreeList list)
        {
            foreach (var (i, item) in list.Items.Index()) Add(item, TreePath.Item(path, i));
        }
        else if (commands is not null)
        {
            Add(commands, path);
        }
    }

    public TreeList Build(Place place)
    {
        if (_commands.Exists(c => Pipe().IsMatch(c.Value))) _before.Insert(0, PipesFail);
        return Native.List([.. _before.Select(b => Native.Text(b, place)), .. _commands], place);
    }

    private void Add(TreeValue command, string path)
    {
        switch (command)
        {
            case TreeText { IsNull: true } or TreeText { Value.Length: 0 }:
                problems.Warn(path, command.Place, "the command is empty: no effect");
                break;
            case TreeText plain:
                if (plain.Value.Contains(ProjectPath, StringComparison.Ordinal))
                    problems.Warn(path, plain.Place, $"`{ProjectPath}` is the folder to begin in: leave it out here");
                AddText(plain.Value, plain.Place);
                break;
            case TreeMap map when map["cmd"] is TreeText cmd:
                AddOptions(cmd, map, path);
                break;
            case TreeMap map:
                var whole = Rejoin(map);
                problems.Warn(path, map.Place, "YAML reads this command as a map because of its `: `: put it in quotes");
                AddText(whole, map.Place);
                break;
            case TreeList list:
                problems.Warn(path, list.Place, "a list of commands within the list: taken as commands of the job");
                AddAll(list, path);
                break;
        }
    }

    private void AddOptions(TreeText cmd, TreeMap map, string path)
    {
        Keys.Check(map, path, problems);
        var inFolder = "";
        if ((map.Text("working_dir") ?? map.Text("workdir")) is { } folder)
        {
            var variable = $"NOS_WORKING_DIR_{_commands.Count + 1}";
            var inside = folder.StartsWith('/') && ContainerPath.IsHere(ContainerPath.Join("/", folder));
            if (inside) problems.Warn(path, map.Place, $"`{folder}` is a path of the container, not of the workspace");
            env.Set(variable, Native.Text(Native.Literal(folder), map.Place));
            inFolder = $"cd -- \"${variable}\" && ";
        }

        var mayFail = map.Boolean("allow_failure") == true;
        if (inFolder.Length == 0 && !mayFail)
        {
            AddText(cmd.Value, cmd.Place);
            return;
        }

        var run = ByVariable(cmd);
        var line = inFolder.Length > 0 ? $"( {inFolder}{run} )" : run;
        _commands.Add(Native.Text(mayFail ? line + " || true" : line, cmd.Place));
    }

    private void AddText(string command, Place place) => _commands.Add(
        command.Contains(Template.Open, StringComparison.Ordinal)
            ? Native.Text(ByVariable(Native.Text(command, place)), place)
            : Native.Text(command, place));

    private string ByVariable(TreeText command)
    {
        var variable = $"NOS_COMMAND_{_commands.Count + 1}";
        env.Set(variable, Native.Text(Native.Literal(command.Value), command.Place));
        return $"eval \"${variable}\"";
    }

    /// <summary>The command as it stands in the file, up to a comment; over lines its keys and values.</summary>
    private string Rejoin(TreeMap map)
    {
        var (key, value) = map.Entries.Length > 0 ? map.Entries[0] : new TreeEntry(Native.Text("", default), map);
        if (map.Entries.Length == 1 && value is TreeText && value.Place.Line == key.Place.Line
            && LineAt(key.Place.Line) is { } line && key.Place.Column <= line.Length && !line.Contains('\0'))
        {
            var rest = line[(key.Place.Column - 1)..];
            return Comment().Match(rest) is { Success: true } comment ? rest[..comment.Index] : rest.TrimEnd();
        }

        return string.Join('\n', map.Entries.Select(e => $"{e.Key.Value}: {(e.Value as TreeText)?.Value}".TrimEnd()));
    }

    private string? LineAt(int number) => number > 0 && number <= lines.Length ? lines[number - 1] : null;

    [GeneratedRegex(@"(?<!\|)\|(?!\|)")]
    private static partial Regex Pipe();

    [GeneratedRegex(@"\s+#.*$")]
    private static partial Regex Comment();
}
