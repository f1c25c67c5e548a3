namespace Weir.Engine.Definitions.Formats.Nosana;

/// <summary>Turns one job of a pipeline into a step.</summary>
internal sealed class JobConverter(PipelineJob job, NativeMap step, ProblemList problems)
{
    private const string WorkFolder = "NOS_WORK_DIR";
    private const string ProjectPath = ContainerPath.Home + "/" + PipelineConverter.ProjectFolder;

    private static readonly ForeignKeys Keys = new(
        "name", "image", "commands", "environment", "artifacts", "resources", "work-dir", "trigger", "allow_failure",
        "secrets", "image-pull-secret")
    {
        WithoutEffect = new()
        {
            ["market"] = ": it is for the network of Nosana only",
        },
    };

    public required bool AllowFailure { get; init; }

    /// <summary>Of the file, to find commands in as they are written.</summary>
    public required string[] Lines { get; init; }
    public required ForeignSecrets FlowSecrets { get; init; }

    private TreeMap Map => job.Map;

    public TreeMap Convert(ArtifactShelf shelf)
    {
        var env = new NativeMap(Map.Place).Set("NOS_COMMIT_SHA", "${{ steps.checkout.outputs.commit }}");
        var secrets = new ForeignSecrets(problems);
        AddStrays(env, secrets);
        PipelineVariables.Add(Map["environment"], job.Path + ".environment", (env, secrets), problems);
        secrets.AddList(Map["secrets"], job.Path + ".secrets");
        if (Map["image"] is TreeText { IsNull: false } image) step.Set("image", image with { Plain = false });
        if (PullSecret.Read(Map["image-pull-secret"], job.Path + ".image-pull-secret", problems) is { } login)
            step.Set("image_login", login);
        var folder = WorkFolderOf();
        var commands = new PipelineCommands(env, Lines, problems);
        if (folder == ProjectPath) step.Set("workdir", PipelineConverter.ProjectFolder);
        else commands.EnterFolder(WorkFolder, ContainerPath.InWorkspace(folder));
        commands.AddExports(FlowSecrets.Exports.Concat(secrets.Exports));
        commands.AddAll(Map["commands"], job.Path + ".commands");
        if (commands.IsEmpty) problems.Add(job.Path, Map.Place, "the job has no commands");
        step.Set("commands", commands.Build(Map["commands"]?.Place ?? Map.Place)).Set("env", env);
        step.Set("secrets", secrets.Build());
        step.Set("resources", shelf.Fetch(Map["resources"], folder, job.Path));
        step.Set("artifacts", shelf.Keep(Map["artifacts"], folder, job.Path));
        step.Set("when", TriggerCondition.Of(Map["trigger"], job.Path + ".trigger", problems));
        if (Map["allow_failure"] is { } allow && Map.Boolean("allow_failure") is null)
            problems.Warn(job.Path + ".allow_failure", allow.Place, "expected true or false: no effect");
        if (Map.Boolean("allow_failure") ?? AllowFailure) step.Set("allow_failure", Native.Flag(true, Map.Place));
        return step.Build();
    }

    private string WorkFolderOf()
    {
        if (Map.Text("work-dir") is not { Length: > 0 } written) return ProjectPath;
        var folder = ContainerPath.Join(ProjectPath, written);
        if (!ContainerPath.IsHere(folder))
        {
            problems.Warn(
                job.Path + ".work-dir", Map["work-dir"]!.Place,
                $"`{folder}` is taken as the folder `{ContainerPath.InWorkspace(folder)}` of the workspace");
        }

        return folder;
    }

    /// <summary>People write variables beside <c>environment</c>, and misspell keys.</summary>
    private void AddStrays(NativeMap env, ForeignSecrets secrets)
    {
        var others = Map.Entries.Where(e => !LooksLikeVariable(e)).ToList();
        Keys.Check(Map with { Entries = [.. others] }, job.Path, problems);
        foreach (var entry in Map.Entries.Except(others))
        {
            var name = entry.Key.Value;
            var path = TreePath.Key(job.Path, name);
            problems.Warn(path, entry.Key.Place, $"`{name}` stands beside `environment`: taken as one of its variables");
            PipelineVariables.AddOne(entry, path, (env, secrets), problems);
        }
    }

    private static bool LooksLikeVariable(TreeEntry entry) =>
        entry.Key.Value.Any(char.IsAsciiLetterUpper) && !entry.Key.Value.Any(char.IsAsciiLetterLower)
        && TextFormat.EnvName.Check(entry.Key.Value) is null
        && (entry.Value is TreeText || PipelineVariables.IsSecret(entry.Value));
}
