using System.Text.RegularExpressions;

namespace Weir.Engine.Definitions.Formats.Nosana;

/// <summary>
/// Turns a <c>.nosana-ci.yml</c> into a native flow. Real files are read as their authors meant them, each oddity with
/// a warning. The workspace is what <c>/root</c> is there: the repository lies in <c>project</c>.
/// </summary>
internal sealed partial class PipelineConverter
{
    public const string ProjectFolder = "project";

    /// <summary>Holds git and a shell; the flow's own image need not.</summary>
    private const string GitImage = "alpine/git:latest";
    private const string DefaultImage = "ubuntu:latest";
    private const string Backend = ": it is for the dashboard and the network of Nosana only";

    private static readonly ForeignKeys RootKeys = new("nosana", "global", "jobs");

    private static readonly ForeignKeys NosanaKeys = new("description")
    {
        WithoutEffect = new()
        {
            ["storage"] = Backend, ["backend"] = Backend, ["wallet"] = Backend, ["market"] = Backend,
        },
    };

    private static readonly ForeignKeys GlobalKeys = new(
        "image", "image-pull-secret", "environment", "secrets", "allow_failure")
    {
        WithoutEffect = new()
        {
            ["trigger"] = " yet: what starts the flow decides, not the flow",
            ["market"] = Backend,
        },
    };

    private readonly ProblemList _problems;
    private readonly TreeMap _root;
    private readonly TreeMap _global;
    private readonly string[] _lines;

    private PipelineConverter(TreeMap root, string text, ProblemList problems)
    {
        _root = root;
        _lines = text.ReplaceLineEndings("\n").Split('\n');
        _problems = problems;
        _global = root["global"] as TreeMap ?? new TreeMap([], root.Place);
    }

    /// <param name="text">What <paramref name="root"/> was read from.</param>
    public static TreeMap Convert(TreeMap root, string text, string name, ProblemList problems) =>
        new PipelineConverter(root, text, problems).Convert(name);

    private TreeMap Convert(string name)
    {
        RootKeys.Check(_root, "", _problems);
        if (_root["nosana"] is TreeMap nosana) NosanaKeys.Check(nosana, "nosana", _problems);
        GlobalKeys.Check(_global, "global", _problems);
        var flow = new NativeMap(_root.Place).Set("name", name);
        if ((_root["nosana"] as TreeMap)?["description"]?.AsText() is { Length: > 0 } words)
            flow.Set("description", words);
        var jobs = JobsOf(_root["jobs"]);
        flow.Set("image", Image(jobs));
        if (PullSecret.Read(_global["image-pull-secret"], "global.image-pull-secret", _problems) is { } login)
            flow.Set("image_login", login);
        var secrets = new ForeignSecrets(_problems);
        var env = StandardVariables();
        PipelineVariables.Add(_global["environment"], "global.environment", (env, secrets), _problems);
        secrets.AddList(_global["secrets"], "global.secrets");
        return flow.Set("env", env).Set("params", Params()).Set("source", Source()).Set("secrets", secrets.Build())
            .Set("steps", Native.List(Steps(jobs, secrets), _root["jobs"]?.Place ?? _root.Place)).Build();
    }

    private TreeText? Image(List<PipelineJob> jobs)
    {
        if (_global["image"] is TreeText { IsNull: false } image) return image with { Plain = false };
        var bare = jobs.Find(job => job.Map["image"] is not TreeText { IsNull: false });
        if (bare is null) return null;
        _problems.Warn("global.image", bare.Map.Place, $"no image is named: `{DefaultImage}` is taken");
        return Native.Text(DefaultImage, _global.Place);
    }

    private NativeMap StandardVariables()
    {
        var env = new NativeMap(_root.Place);
        (string Name, string Value)[] all =
        [
            ("TERM", "xterm-color"), ("FORCE_COLOR", "1"), ("CLICOLOR", "1"),
            ("NOS_REPOSITORY", "${{ params.repository }}"),
            ("NOS_JOB_ADDRESS", "${{ trigger.job_address || run.handle }}"),
            ("NOS_RUN_ADDRESS", "${{ trigger.run_address || run.id }}"),
            ("NOS_REPO_ID", "${{ trigger.repo_id }}"), ("NOS_REPO_NAME", "${{ trigger.repo_name }}"),
            ("NOS_USER_ID", "${{ trigger.user_id }}"), ("NOS_MARKET_ADDRESS", "${{ trigger.market_address }}"),
        ];
        foreach (var (name, value) in all) env.Set(name, value);
        return env;
    }

    private NativeMap Params()
    {
        var place = _root.Place;
        var repository = new NativeMap(place).Set("description", "Address of the repository.")
            .Set("required", Native.Flag(true, place));
        var commit = new NativeMap(place).Set("description", "The commit; without it the repository's own HEAD.");
        return new NativeMap(place).Set("repository", repository).Set("commit", commit);
    }

    private NativeMap Source() => new NativeMap(_root.Place)
        .Set("git", "${{ params.repository }}").Set("ref", "${{ params.commit }}")
        .Set("path", ProjectFolder).Set("image", GitImage);

    private List<PipelineJob> JobsOf(TreeValue? value)
    {
        var jobs = new List<PipelineJob>();
        if (value is TreeMap named)
        {
            _problems.Warn("jobs", named.Place, "`jobs` is a map: taken as a list, each job named by its key");
            foreach (var (key, job) in named.Entries) Add(job, key, TreePath.Key("jobs", key.Value));
        }
        else if (value is TreeList list)
        {
            foreach (var (i, job) in list.Items.Index()) Add(job, null, TreePath.Item("jobs", i));
        }

        if (jobs.Count == 0) _problems.Add("jobs", (value ?? _root).Place, "the file has no jobs");
        if (jobs.Count <= FlowKeys.MaxSteps) return jobs;
        _problems.Add("jobs", value!.Place, $"the file has {jobs.Count} jobs; at most {FlowKeys.MaxSteps} are allowed");
        return jobs[..FlowKeys.MaxSteps];

        void Add(TreeValue job, TreeText? key, string path)
        {
            if (job is TreeMap map) jobs.Add(new PipelineJob(map, key, path));
            else _problems.Add(path, job.Place, $"expected a job, found {job.Description}");
        }
    }

    private IEnumerable<TreeValue> Steps(List<PipelineJob> jobs, ForeignSecrets secrets)
    {
        var names = new UniqueNames(Checkout.StepName);
        var shelf = new ArtifactShelf(_problems)
        {
            Given = (Checkout.StepName, "every job begins with the checkout"),
        };
        var allowFailure = _global.Boolean("allow_failure") ?? false;
        string? before = null;
        foreach (var (i, job) in jobs.Index())
        {
            var step = new NativeMap(job.Map.Place);
            before = Name(step, job, names, i, before);
            var converter = new JobConverter(job, step, _problems)
            {
                AllowFailure = allowFailure, Lines = _lines, FlowSecrets = secrets,
            };
            yield return converter.Convert(shelf);
        }
    }

    /// <summary>Every job waits for the one before it and begins with a fresh copy of the checkout.</summary>
    private string Name(NativeMap step, PipelineJob job, UniqueNames names, int index, string? before)
    {
        var foreign = (job.Name?.AsText() ?? "").Trim();
        var place = (job.Name ?? job.Map).Place;
        if (foreign.Length == 0) _problems.Warn(job.Path, place, "the job has no name");
        var name = names.Step(foreign, $"job-{index + 1}");
        if (TailedName().IsMatch(name) && !foreign.EndsWith(name[^2..], StringComparison.Ordinal))
            _problems.Warn($"{job.Path}.name", place, $"the name `{foreign}` is taken: the step is named `{name}`");
        step.Set("name", Native.Text(name, place));
        if (foreign != name && foreign.Length > 0) step.Set("title", Native.Text(foreign, place));
        return SetNeeds(step, name, before);
    }

    private static string SetNeeds(NativeMap step, string name, string? before)
    {
        string[] needs = before is null ? [Checkout.StepName] : [Checkout.StepName, before];
        step.Set("needs", Native.List(needs.Select(n => Native.Text(n, step.Place)), step.Place));
        return name;
    }

    [GeneratedRegex("-[0-9]+$")]
    private static partial Regex TailedName();
}

/// <summary>A job as it was found.</summary>
/// <param name="Key">Its key where jobs are a map.</param>
internal sealed record PipelineJob(TreeMap Map, TreeText? Key, string Path)
{
    public TreeValue? Name => Map["name"] ?? Key;
}
