using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Cli.Output;
using Weir.Contracts.Client;
using Weir.Contracts.Json;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;

namespace Weir.Cli.Commands.Runs;

/// <summary>One run by its handle, or all that a selector describes.</summary>
/// <param name="verb">What is done to them, as in <c>cancel</c>.</param>
/// <param name="fitting">The statuses in which that can be done; those a selector without a status means.</param>
internal sealed class RunSelection(string verb, IReadOnlyList<RunStatus> fitting)
{
    private const int MostRuns = 1_000;
    private static readonly string[] Keys = ["flow", "status", "trigger"];

    private readonly Option<string?> _selector = new("--selector")
    {
        Description = "All runs of this kind instead: status=failed,flow=build,trigger=manual; a key may be given again.",
        HelpName = "KEY=VALUE,…",
    };

    private readonly Option<string?> _since = new("--since")
    {
        Description = "With --selector: only runs created within this time.", HelpName = "DURATION",
    };

    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "With --selector: only tell which runs it would be.",
    };

    public Argument<string?> Run { get; } = new("run")
    {
        Description = "Its id, a unique suffix of it, flow#7, @latest or @latest:flow.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public IReadOnlyList<Option> Options => [_selector, _since, _dryRun];

    public bool IsOne(ControllerCall call)
    {
        var selects = call.Value(_selector) is not null;
        if (selects == call.Value(Run) is not null) throw CliException.Usage("give either a run or --selector");
        if (!selects && (call.Value(_since) is not null || call.Value(_dryRun)))
            throw CliException.Usage("--since and --dry-run go with --selector");
        return !selects;
    }

    /// <summary>Does it to each, tells each, and goes on after one that refuses.</summary>
    /// <param name="done">The past of the verb, as in <c>cancelled</c>.</param>
    public async Task<int> EachAsync(
        ControllerCall call, string done, Func<RunView, Task<RunView>> act, CancellationToken cancellationToken)
    {
        var runs = await FindAsync(call, cancellationToken);
        if (call.Value(_dryRun) || runs.Count == 0)
        {
            call.Printer.Write(runs, WeirJson.Default.RunView, RunTable.At(call.Now));
            call.Host.Error.WriteLine($"{runs.Count} runs would be {done}");
            return ExitCodes.Ok;
        }

        var acted = new List<RunView>(runs.Count);
        foreach (var run in runs)
        {
            try
            {
                acted.Add(await act(run));
            }
            catch (WeirApiException refusal)
            {
                call.Host.Error.WriteLine($"{run.Handle}: {refusal.Message}");
            }
        }

        call.Printer.Write(acted, WeirJson.Default.RunView, RunTable.At(call.Now));
        call.Host.Error.WriteLine($"{acted.Count} of {runs.Count} runs were {done}");
        return acted.Count == runs.Count ? ExitCodes.Ok : ExitCodes.Error;
    }

    private async Task<IReadOnlyList<RunView>> FindAsync(ControllerCall call, CancellationToken cancellationToken)
    {
        var wanted = Read(call.Value(_selector)!);
        var query = new RunListQuery
        {
            Flow = wanted["flow"].Count() == 1 ? wanted["flow"].First() : null,
            Statuses = StatusesOf([.. wanted["status"]]),
            Since = Given.Duration("--since", call.Value(_since)) is { } age ? call.Now - age : null,
        };
        var page = await Paging.TakeAsync(
            MostRuns, cursor: null, next => call.Client.Runs.ListAsync(query with { Page = next }, cancellationToken));
        if (page.Next is not null)
            throw new CliException(ExitCodes.Error, $"more than {MostRuns} runs would be told to {verb}: narrow it");
        return
        [
            .. page.Items.Where(run => !wanted.Contains("flow") || wanted["flow"].Contains(run.Flow))
                .Where(run => !wanted.Contains("trigger") || wanted["trigger"].Contains(run.Trigger)),
        ];
    }

    private IReadOnlyList<RunStatus> StatusesOf(string[] words)
    {
        if (words.Length == 0) return fitting;
        return
        [
            .. words.Select(word => Enum.TryParse<RunStatus>(word, ignoreCase: true, out var status)
                    && Words.Of(status) == word
                ? status
                : throw CliException.Usage($"--selector: '{word}' is no status")),
        ];
    }

    private static ILookup<string, string> Read(string selector)
    {
        var pairs = selector.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2, StringSplitOptions.TrimEntries))
            .ToList();
        if (pairs.Count == 0 || pairs.Exists(pair => pair is not [not "", not ""]))
            throw CliException.Usage("--selector: expected something like status=failed,flow=build");
        if (pairs.Find(pair => !Keys.Contains(pair[0])) is { } unknown)
            throw CliException.Usage($"--selector: '{unknown[0]}' is none of {string.Join(", ", Keys)}");
        return pairs.ToLookup(pair => pair[0], pair => pair[1]);
    }
}
