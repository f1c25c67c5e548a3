using System.Collections.Immutable;
using Weir.Contracts.Flows;
using Weir.Contracts.Tokens;
using Weir.Engine.Expressions;
using Weir.Engine.Planning;

namespace Weir.Engine.Definitions;

/// <summary>
/// Turns a tree into a definition. What is not of the right form has been reported and is left out here.
/// </summary>
internal sealed class FlowBinder(ProblemList problems)
{
    public FlowDefinition Bind(TreeMap root) => new()
    {
        Name = root.Text("name") ?? "",
        Title = root.Text("title"),
        Description = root.Text("description"),
        Image = root.Text("image"),
        Pull = PullOf(root),
        Env = root.Map("env"),
        Params = [.. root.Entries("params").Select(e => BindParam(e.Key.Value, e.Value, $"params.{e.Key.Value}"))],
        Source = BindSource(root["source"]),
        Timeout = root.Duration("timeout"),
        QueueTimeout = root.Duration("queue_timeout"),
        Disconnect = root.Duration("disconnect"),
        Runtime = root.Text("runtime"),
        Secrets = root.Texts("secrets") ?? [],
        Concurrency = BindConcurrency(root["concurrency"]),
        Steps = [.. root.Items("steps").Take(FlowKeys.MaxSteps).Select(BindStep)],
    };

    private static StepDefinition BindStep(TreeValue value, int index)
    {
        var name = $"step-{index + 1}";
        if (value is not TreeMap step) return new StepDefinition { Name = name };
        return new StepDefinition
        {
            Name = step.Text("name") ?? name,
            Title = step.Text("title"),
            Image = step.Text("image"),
            Pull = PullOf(step),
            Commands = step.Texts("commands") ?? [],
            Env = step.Map("env"),
            Needs = step.Texts("needs"),
            When = step.Text("when"),
            Resources = [.. step.Items("resources").Select(BindResource)],
            Artifacts = [.. step.Items("artifacts").Select(BindArtifact)],
            Outputs = step.Texts("outputs") ?? [],
            JunitReports = (step["reports"] as TreeMap)?.Text("junit"),
            Retry = BindRetry(step["retry"]),
            Timeout = step.Duration("timeout"),
            Disconnect = step.Duration("disconnect"),
            Limits = BindLimits(step["limits"] as TreeMap),
            Labels = step.Map("labels"),
            AllowFailure = step.Boolean("allow_failure") ?? false,
            Workdir = step.Text("workdir"),
            Shell = step.Text("shell"),
            Secrets = step.Texts("secrets") ?? [],
            Runtime = step.Text("runtime"),
            StartsEmpty = step.Text("workspace") == "empty",
            Matrix = BindMatrix(step["matrix"] as TreeMap),
            Approval = BindApproval(step["approve"]),
        };
    }

    private static PlanConcurrency? BindConcurrency(TreeValue? value) => value switch
    {
        null => null,
        TreeMap map => new PlanConcurrency(map.Text("group") ?? "")
        {
            OnBusy = map.Text("on_busy") switch
            {
                "cancel" => OnBusy.Cancel,
                "skip" => OnBusy.Skip,
                _ => OnBusy.Queue,
            },
            MaxWaiting = map.Whole("max_waiting") ?? PlanConcurrency.DefaultWaiting,
            WhenFull = map.Text("when_full") == "skip" ? WhenFull.Skip : WhenFull.Replace,
        },
        _ => new PlanConcurrency(value.AsText() ?? ""),
    };

    private static ApprovalDefinition? BindApproval(TreeValue? value) => value switch
    {
        null => null,
        TreeMap map => new ApprovalDefinition
        {
            Message = map.Text("message"),
            Role = map.Text("role") switch
            {
                "admin" => TokenRole.Admin,
                "namespace_admin" => TokenRole.NamespaceAdmin,
                _ => TokenRole.Runner,
            },
            By = map.Texts("by") ?? [],
            Deadline = map.Duration("deadline"),
        },
        _ => new ApprovalDefinition { Message = value.AsText() },
    };

    private static MatrixDefinition? BindMatrix(TreeMap? map) => map is null ? null : new MatrixDefinition
    {
        Axes =
        [
            .. map.Entries.Where(e => FlowKeys.Matrix.Keys.All(known => known.Name != e.Key.Value))
                .Select(e => new MatrixAxis(e.Key.Value, map.Texts(e.Key.Value) ?? [])),
        ],
        Exclude = [.. map.Items("exclude").Select(BindMatrixValues)],
        Include = [.. map.Items("include").Select(BindMatrixValues)],
        MaxParallel = map.Whole("max_parallel"),
        FailFast = map.Boolean("fail_fast") ?? false,
    };

    private static ImmutableArray<MatrixValue> BindMatrixValues(TreeValue value) => value is TreeMap map
        ? [.. map.Entries.Select(e => new MatrixValue(e.Key.Value, e.Value.AsText() ?? ""))]
        : [];

    private static ArtifactDefinition BindArtifact(TreeValue value)
    {
        if (value is not TreeMap map) return new(ArtifactNameOf(value.AsText() ?? ""), value.AsText() ?? "", true);
        var path = map.Text("path") ?? "";
        return new(map.Text("name") ?? ArtifactNameOf(path), path, map.Boolean("required") ?? true);
    }

    /// <summary>The last part of the path that is no pattern: <c>out/report/**</c> is named <c>report</c>.</summary>
    private static string ArtifactNameOf(string path)
    {
        var part = (Template.Outline(path) ?? path).Split('/')
            .LastOrDefault(p => p.Length > 0 && p != "." && !p.AsSpan().ContainsAny('*', '?')) ?? "files";
        var letters = part.TrimStart('.').Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-');
        var name = string.Concat(letters);
        return name.Length == 0 || !char.IsAsciiLetterOrDigit(name[0]) ? "files" : name;
    }

    private static ResourceDefinition BindResource(TreeValue value) => value is TreeMap map
        ? new(map.Text("name") ?? "", map.Text("path") ?? ".", map.Boolean("required") ?? true)
        : new(value.AsText() ?? "", ".", true);

    private static SourceDefinition? BindSource(TreeValue? value) => value switch
    {
        null => null,
        TreeMap map => new(map.Text("git") ?? "", map.Text("ref"))
        {
            Depth = map.Whole("depth"),
            Image = map.Text("image"),
            Path = map.Text("path"),
        },
        _ => new(value.AsText() ?? "", null),
    };

    private static RetryRule BindRetry(TreeValue? value)
    {
        var none = new RetryRule();
        if (value is null) return none;
        var all = ImmutableArray.Create(RetryOn.Exit, RetryOn.Timeout, RetryOn.Infrastructure);
        var map = value as TreeMap;
        var attempts = (map is null ? value.AsWhole() : map.Whole("attempts")) ?? none.Attempts;
        var backoff = map?["backoff"] as TreeMap;
        return none with
        {
            Attempts = attempts,
            On = map?.Texts("on") is { } on ? [.. on.Select(RetryOnOf).Distinct().Order()] : all,
            InfrastructureAttempts = Math.Max(none.InfrastructureAttempts, attempts),
            BackoffFirst = backoff?.Duration("first") ?? none.BackoffFirst,
            BackoffMax = backoff?.Duration("max") ?? none.BackoffMax,
        };
    }

    private static RetryOn RetryOnOf(string word) => word switch
    {
        "exit" => RetryOn.Exit,
        "timeout" => RetryOn.Timeout,
        _ => RetryOn.Infrastructure,
    };

    private static PullPolicy? PullOf(TreeMap map) => map.Text("pull") switch
    {
        "if-missing" => PullPolicy.IfMissing,
        "always" => PullPolicy.Always,
        "never" => PullPolicy.Never,
        _ => null,
    };

    private static StepLimits BindLimits(TreeMap? map) => map is null ? new() : new()
    {
        Cpu = (double?)map["cpu"]?.AsNumber(),
        MemoryBytes = SizeIn(map, "memory"),
        Pids = map.Whole("pids"),
        DiskBytes = SizeIn(map, "disk"),
        Network = map.Text("network"),
    };

    private static long? SizeIn(TreeMap map, string key) =>
        ByteSize.TryParse(map.Text(key), out var bytes) ? bytes : null;

    private ParamDefinition BindParam(string name, TreeValue value, string path)
    {
        if (value is not TreeMap map) return BindShortParam(name, value as TreeText, path);
        var choices = map.Texts("choices") ?? [];
        var param = new ParamDefinition(
            name, map.Text("type") ?? (choices.IsEmpty ? ParamTypes.Text : ParamTypes.Choice))
        {
            Description = map.Text("description"),
            Required = map.Boolean("required") ?? false,
            Choices = choices,
        };
        if (param.Type == ParamTypes.Choice && choices.IsEmpty)
            problems.Add(path, map.Place, "a choice needs the key `choices`");
        if (param.Type != ParamTypes.Choice && !choices.IsEmpty)
            problems.Add(
                path + ".choices",
                map["choices"]!.Place,
                $"`choices` goes with the type choice, not with {param.Type}");
        if (map["default"] is not TreeText { IsNull: false } given) return param;
        if (param.Required)
            problems.Warn(path + ".required", map["required"]!.Place, "a parameter with a default is never missing");
        return WithDefault(param, given, path + ".default");
    }

    private ParamDefinition BindShortParam(string name, TreeText? value, string path)
    {
        var type = value?.Boolean is not null ? ParamTypes.Boolean
            : value?.Number is not null ? ParamTypes.Number
            : ParamTypes.Text;
        var param = new ParamDefinition(name, type);
        return value is null or { IsNull: true } ? param : WithDefault(param, value, path);
    }

    private ParamDefinition WithDefault(ParamDefinition param, TreeText given, string path)
    {
        var isTruth = param.Type == ParamTypes.Boolean && given.Boolean is not null;
        var text = isTruth ? given.Value.ToLowerInvariant() : given.Value;
        var value = ParamTypes.Convert(param, text, out var problem);
        if (problem is not null && (param.Type != ParamTypes.Choice || !param.Choices.IsEmpty))
            problems.Add(path, given.Place, problem);
        return param with { Default = value };
    }
}
