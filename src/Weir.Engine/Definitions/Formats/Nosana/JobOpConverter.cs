namespace Weir.Engine.Definitions.Formats.Nosana;

/// <summary>Turns the arguments of one <c>container/run</c> of a job definition into keys of a step.</summary>
internal sealed class JobOpConverter(TreeMap? global, JobLiterals literals, ProblemList problems)
{
    private const string WorkFolder = "NOS_WORK_DIR";

    private static readonly string[] Later =
    [
        "expose", "health_checks", "private", "aliases", "volumes", "resources", "authentication", "restart_policy",
    ];

    /// <summary>False after a mistake.</summary>
    public bool Convert(NativeMap step, JobOp op)
    {
        var args = op.Args;
        var path = op.Path + ".args";
        foreach (var key in Later.Where(key => args[key] is not null))
            problems.Warn($"{path}.{key}", args[key]!.Place, $"`{key}` has no effect yet");
        if ((args["image"] ?? global?["image"]) is not TreeText image || literals.Template(image, path + ".image") is not { } name)
            return false;
        var env = new NativeMap(args.Place).Set("NOSANA_ID", "${{ run.id }}");
        AddVariables(global?["env"], "global.env", env);
        AddVariables(args["env"], path + ".env", env);
        var commands = new List<TreeValue>();
        if ((args["work_dir"] ?? global?["work_dir"]) is TreeText folder
            && literals.Template(folder, path + ".work_dir") is { } place)
        {
            env.Set(WorkFolder, Native.Text(place, folder.Place));
            commands.Add(Native.Text($"mkdir -p -- \"${WorkFolder}\" && cd -- \"${WorkFolder}\"", folder.Place));
        }

        if (Command(op, path, env) is not { } command) return false;
        commands.Add(command);
        step.Set("image", Native.Text(name, image.Place)).Set("commands", Native.List(commands, command.Place));
        step.Set("env", env);
        if (args.Boolean("gpu") ?? global?.Boolean("gpu") ?? false)
            step.Set("labels", new NativeMap(args.Place).Set("gpu", "true"));
        return true;
    }

    private TreeText? Command(JobOp op, string path, NativeMap env)
    {
        var given = op.Args["cmd"];
        var entry = WordsOf(op.Args["entrypoint"] ?? global?["entrypoint"], path + ".entrypoint");
        if (given is null && entry.Length == 0)
        {
            problems.Add(path, op.Args.Place, "the op needs `cmd`: what an image runs by itself is not known here");
            return null;
        }

        var place = (given ?? op.Args["entrypoint"] ?? op.Args).Place;
        if (given is TreeText { IsNull: false } line)
        {
            if (literals.Constant(line, path + ".cmd") is not { } text) return null;
            return Safe(entry.Length == 0 ? text : Words.Join([.. entry, "/bin/sh", "-c", text]), place, env);
        }

        return Safe(Words.Join([.. entry, .. WordsOf(given, path + ".cmd")]), place, env);
    }

    private string[] WordsOf(TreeValue? value, string path) => value switch
    {
        TreeText { IsNull: false } text => [.. Words.Split(literals.Constant(text, path) ?? "")],
        TreeList list => [.. list.Items.OfType<TreeText>().Select(word => literals.Constant(word, path) ?? "")],
        _ => [],
    };

    private static TreeText Safe(string command, Place place, NativeMap env)
    {
        if (!command.Contains("${{", StringComparison.Ordinal)) return Native.Text(command, place);
        env.Set("NOS_COMMAND", Native.Literal(command));
        return Native.Text("eval \"$NOS_COMMAND\"", place);
    }

    private void AddVariables(TreeValue? given, string path, NativeMap env)
    {
        if (given is null) return;
        if (given is not TreeMap map)
        {
            problems.Add(path, given.Place, $"expected a map, found {given.Description}");
            return;
        }

        foreach (var (key, value) in map.Entries)
        {
            var at = TreePath.Key(path, key.Value);
            if (TextFormat.EnvName.Check(key.Value) is { } problem)
                problems.Warn(at, key.Place, $"{problem}: no effect");
            else if (value is not TreeText text || text.IsNull || text.Number is not null || text.Boolean is not null)
                problems.Add(at, value.Place, $"expected a text, found {value.Description}: put it in quotes");
            else if (literals.Template(text, at) is { } made)
                env.Put(key.Value, Native.Text(made, value.Place));
        }
    }
}
