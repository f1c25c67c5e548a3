using System.Collections.Immutable;
using System.Globalization;
using Weir.Contracts.Tokens;
using Weir.Engine.Planning;
using Weir.Engine.Running;

namespace Weir.Testing.Simulation;

/// <summary>
/// Plans drawn from the seed: a few steps of the fake runtime with needs, conditions, retries and bad luck.
/// </summary>
internal static class SimPlans
{
    /// <summary>Env name that marks a step with <c>disconnect: 0s</c>, for the observer at the runtime.</summary>
    public const string Exclusive = "SIM_EXCLUSIVE";

    public static readonly TimeSpan QueueTimeout = TimeSpan.FromMinutes(5);

    private static readonly string?[] Conditions =
        [null, null, null, null, "always()", "failure()", "steps['s0'].status == 'failed'", "success() || failure()"];

    public static Plan Draw(Random random)
    {
        var count = 1 + random.Next(6);
        var steps = ImmutableArray.CreateBuilder<PlanStep>(count);
        for (var i = 0; i < count; i++) steps.Add(Step(random, i));
        if (random.Next(3) == 0) AddMatrix(random, steps);
        return new Plan
        {
            Flow = $"flow-{random.Next(3)}",
            Steps = steps.ToImmutable(),
            Timeout = TimeSpan.FromMinutes(random.Next(4) == 0 ? 3 : 60),
            QueueTimeout = QueueTimeout,
            Concurrency = random.Next(2) == 0 ? null : new PlanConcurrency($"group-{random.Next(2)}")
            {
                OnBusy = random.Next(6) switch { 0 => OnBusy.Cancel, 1 => OnBusy.Skip, _ => OnBusy.Queue },
                MaxWaiting = 1 + random.Next(3),
                WhenFull = random.Next(2) == 0 ? WhenFull.Replace : WhenFull.Skip,
            },
        };
    }

    /// <summary>Combinations that wait for all before them, few at once, and stop each other or not.</summary>
    private static void AddMatrix(Random random, ImmutableArray<PlanStep>.Builder steps)
    {
        ImmutableArray<string> needs = [.. steps.Where(_ => random.Next(3) == 0).Select(step => step.Name)];
        var most = random.Next(4);
        var written = Commands(random, steps.Count) with { Needs = needs, WorkspaceFrom = null };
        var failFast = random.Next(2) == 0;
        for (var n = 2 + random.Next(4); n > 0; n--)
        {
            var values = new Dictionary<string, string> { ["n"] = $"{n}" }.ToImmutableSortedDictionary();
            steps.Add(written with
            {
                Name = $"m-{n}",
                Matrix = new PlanMatrix("m", values) { MaxParallel = most == 0 ? null : most, FailFast = failFast },
                Env = Env(random, written.Disconnect == TimeSpan.Zero),
            });
        }
    }

    private static PlanStep Step(Random random, int i) =>
        random.Next(12) == 0 ? Approval(random, i) : Commands(random, i);

    private static PlanStep Approval(Random random, int i) => new()
    {
        Name = $"s{i}",
        Kind = OpKinds.Approve,
        Needs = random.Next(2) == 0 ? null : [.. Enumerable.Range(0, i).Where(n => n % 2 == 0).Select(n => $"s{n}")],
        When = Conditions[random.Next(Conditions.Length)],
        AllowFailure = random.Next(4) == 0,
        Approval = new PlanApproval(
            null, TokenRole.Runner, random.Next(3) == 0 ? ["ann"] : [], TimeSpan.FromMinutes(1 + random.Next(20))),
    };

    private static PlanStep Commands(Random random, int i)
    {
        var exclusive = random.Next(3) == 0;
        return new PlanStep
        {
            Name = $"s{i}",
            Runtime = "fake",
            Needs = random.Next(2) == 0
                ? null
                : [.. Enumerable.Range(0, i).Where(_ => random.Next(3) == 0).Select(n => $"s{n}")],
            When = Conditions[random.Next(Conditions.Length)],
            Commands = [.. Enumerable.Range(0, 1 + random.Next(3)).Select(n => $"echo {n}")],
            Env = Env(random, exclusive),
            Labels = random.Next(5) == 0
                ? new Dictionary<string, string> { ["zone"] = "a" }.ToImmutableSortedDictionary()
                : ImmutableSortedDictionary<string, string>.Empty,
            Disconnect = exclusive ? TimeSpan.Zero : TimeSpan.FromSeconds(30 * random.Next(4)),
            Timeout = TimeSpan.FromSeconds(random.Next(4) == 0 ? 10 : 600),
            AllowFailure = random.Next(4) == 0,
            Retry = random.Next(3) == 0
                ? new RetryRule
                {
                    Attempts = 3,
                    On = [RetryOn.Exit, RetryOn.Infrastructure, RetryOn.Timeout],
                    BackoffFirst = TimeSpan.FromSeconds(2),
                }
                : new RetryRule(),
            WorkspaceFrom = i > 0 && random.Next(6) == 0 ? $"s{i - 1}" : null,
        };
    }

    private static ImmutableSortedDictionary<string, string> Env(Random random, bool exclusive)
    {
        var env = ImmutableSortedDictionary.CreateBuilder<string, string>();
        if (exclusive) env[Exclusive] = "1";
        if (random.Next(3) > 0) env["FAKE_SLEEP"] = random.Next(1, 40).ToString(CultureInfo.InvariantCulture) + "s";
        if (random.Next(2) == 0) env["FAKE_LOG_LINES"] = random.Next(1, 60).ToString(CultureInfo.InvariantCulture);
        if (random.Next(5) == 0) env["FAKE_EXIT_CODE"] = "1";
        if (random.Next(15) == 0) env["FAKE_LOST"] = "true";
        if (random.Next(8) == 0) env["FAKE_IGNORE_TERM"] = "true";
        return env.ToImmutable();
    }
}
