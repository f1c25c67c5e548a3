namespace Weir.Engine.Definitions.Formats.Nostromo;

/// <summary>Turns arguments of <c>docker/run</c> and <c>container/run</c> into keys of a step.</summary>
internal sealed class ContainerOps(ProblemList problems)
{
    private const string WorkFolder = "NOS_WORK_DIR";

    private static readonly ForeignKeys Keys =
        new("image", "cmds", "env", "workdir", "work-dir", "entrypoint", "resources", "artifacts")
        {
            WithoutEffect = new()
            {
                ["conn"] = ": the agent chooses its own engine",
                ["inline-logs?"] = ": logs are always kept",
                ["stdout?"] = ": logs are always kept",
                ["artifact-path"] = ": the controller keeps artifacts",
                ["volumes"] = " yet: steps share files as artifacts only",
                ["devices"] = " yet",
                ["portmappings"] = " yet",
                ["image-pull-secret"] = " yet: images are pulled without credentials",
            },
        };

    private static readonly ForeignKeys CommandKeys = new("cmd", "workdir", "work-dir", "entrypoint");
    private readonly ArtifactShelf _shelf = new(problems) { RequiresArtifacts = true };

    /// <summary>Null after a mistake.</summary>
    public NativeMap? Convert(NativeMap step, TreeMap args, string path)
    {
        Keys.Check(args, path, problems);
        if (args["image"] is not (TreeText { IsNull: false } or TemplateValue))
        {
            problems.Add(path, args.Place, "the op needs an `image`");
            return null;
        }

        var env = new NativeMap(args.Place);
        var secrets = new ForeignSecrets(problems);
        AddVariables(args, path, env, secrets);
        var folder = FolderOf(args, path);
        step.Set("image", Native.Text(FlowState.TemplateOf(args["image"]!), args["image"]!.Place));
        step.Put("workspace", Native.Text("empty", args.Place));
        step.Set("commands", Commands(args, path, (env, secrets, folder)));
        step.Set("env", env).Set("secrets", secrets.Build());
        step.Set("resources", _shelf.Fetch(args["resources"], folder, path));
        step.Set("artifacts", _shelf.Keep(args["artifacts"], folder, path));
        if (step.Has("commands")) return step;
        problems.Add(path + ".cmds", args.Place, "the op has no commands");
        return null;
    }

    private string FolderOf(TreeMap args, string path)
    {
        var written = args.Text("workdir") ?? args.Text("work-dir") ?? ContainerPath.Home;
        var folder = ContainerPath.Join(ContainerPath.Home, written);
        if (ContainerPath.IsHere(folder)) return folder;
        problems.Warn(
            path + ".workdir", (args["workdir"] ?? args["work-dir"] ?? args).Place,
            $"`{folder}` is taken as the folder `{ContainerPath.InWorkspace(folder)}` of the workspace");
        return folder;
    }

    private TreeList Commands(TreeMap args, string path, (NativeMap Env, ForeignSecrets Secrets, string Folder) step)
    {
        var commands = new List<TreeValue>();
        if (ContainerPath.InWorkspace(step.Folder) is not "." and var inside)
        {
            step.Env.Set(WorkFolder, Native.Literal(inside));
            commands.Add(Native.Text($"mkdir -p -- \"${WorkFolder}\" && cd -- \"${WorkFolder}\"", args.Place));
        }

        commands.AddRange(step.Secrets.Exports.Select(e => Native.Text(e, args.Place)));
        var before = commands.Count;
        var entry = WordsOf(args["entrypoint"]);
        foreach (var (i, item) in args.Items("cmds").Index())
        {
            if (Command(item, $"{path}.cmds[{i}]", entry, (step.Env, step.Folder)) is { } command) commands.Add(command);
        }

        return Native.List(commands.Count > before ? commands : [], (args["cmds"] ?? args).Place);
    }

    private TreeText? Command(
        TreeValue item, string path, IReadOnlyList<string> entry, (NativeMap Env, string Folder) step)
    {
        var map = item as TreeMap;
        if (map is not null) CommandKeys.Check(map, path, problems);
        if ((map?["cmd"] ?? item) is not TreeText { IsNull: false } text)
        {
            var found = (map?["cmd"] ?? item).Description;
            problems.Add(path, item.Place, $"a command is a text that is known before the run, found {found}");
            return null;
        }

        var own = WordsOf(map?["entrypoint"]);
        string[] words = [.. entry.Count > 0 ? entry : own, .. Words.Split(text.Value)];
        if (words.Length == 0)
        {
            problems.Warn(path, item.Place, "the command is empty: no effect");
            return null;
        }

        return Native.Text(Within(map, Words.Join(words), item.Place, step), text.Place);
    }

    private static string Within(TreeMap? map, string command, Place place, (NativeMap Env, string Folder) step)
    {
        var run = command;
        if (command.Contains("${{", StringComparison.Ordinal))
        {
            var name = $"NOS_COMMAND_{place.Line}_{place.Column}";
            step.Env.Set(name, Native.Literal(command));
            run = $"eval \"${name}\"";
        }

        if ((map?.Text("workdir") ?? map?.Text("work-dir")) is not { } written) return run;
        var variable = $"NOS_WORKING_DIR_{place.Line}_{place.Column}";
        step.Env.Set(variable, Native.Literal(Relative(step.Folder, ContainerPath.Join(step.Folder, written))));
        return $"( mkdir -p -- \"${variable}\" && cd -- \"${variable}\" && {run} )";
    }

    /// <summary>Commands there cannot change their folder, so the way from the step's own is always the same.</summary>
    private static string Relative(string from, string to)
    {
        var up = ContainerPath.InWorkspace(from) is "." ? 0 : ContainerPath.InWorkspace(from).Split('/').Length;
        return string.Concat(Enumerable.Repeat("../", up)) + ContainerPath.InWorkspace(to);
    }

    private static IReadOnlyList<string> WordsOf(TreeValue? value) => value switch
    {
        TreeText { IsNull: false } text => Words.Split(text.Value),
        TreeList list => [.. list.Items.OfType<TreeText>().Select(word => word.Value)],
        _ => [],
    };

    private void AddVariables(TreeMap args, string path, NativeMap env, ForeignSecrets secrets)
    {
        foreach (var (key, value) in args.Entries("env"))
        {
            var at = $"{path}.env.{key.Value}";
            if (TextFormat.EnvName.Check(key.Value) is { } problem) problems.Warn(at, key.Place, $"{problem}: no effect");
            else if (value is SecretValue secret) secrets.AddAs(key.Value, secret.Key, at);
            else if (value is TreeText or TemplateValue)
                env.Put(key.Value, Native.Text(FlowState.TemplateOf(value), value.Place));
            else problems.Add(at, value.Place, $"expected a text or a secret, found {value.Description}");
        }

        if (args["env"] is { } all and not TreeMap and not TreeText { IsNull: true })
            problems.Add(path + ".env", all.Place, $"expected a map, found {all.Description}");
    }
}
