using System.Text.Json;
using Weir.Cli.Following;
using Weir.Cli.Output;
using Weir.Contracts.Json;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;

namespace Weir.Tests.Cli;

public sealed class OutputTests
{
    [Fact]
    public async Task A_list_is_a_table_an_array_a_document_or_lines()
    {
        using var bench = new CliBench();
        var runs = new Page<RunView>([Samples.Run(RunStatus.Success), Samples.Run(RunStatus.Failed)]) { Next = "c1" };
        bench.Api.Answers("GET /v1/runs", runs, WeirJson.Default.PageRunView);

        var table = await bench.RunAsync("run", "list", "--limit", "2");
        Assert.StartsWith("RUN      STATUS   REASON", table.Output, StringComparison.Ordinal);
        Assert.Contains("build#7  failed", table.Output, StringComparison.Ordinal);
        Assert.Contains("more: --cursor c1", table.Error, StringComparison.Ordinal);

        var json = JsonDocument.Parse(
            (await bench.RunAsync("run", "list", "--limit", "2", "-o", "json")).Output).RootElement;
        Assert.Equal("build#7", json[1].GetProperty("handle").GetString());

        var lines = (await bench.RunAsync("run", "list", "--limit", "2", "-o", "ndjson")).Output;
        Assert.Equal(2, lines.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line)).Count());

        var yaml = (await bench.RunAsync("run", "list", "--limit", "2", "-o", "yaml")).Output;
        Assert.StartsWith(
            "- id: \"01jg0000000000000000000007\"\n  handle: \"build#7\"\n", yaml, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("short", 5, "short")]
    [InlineData("longer", 5, "long…")]
    [InlineData("\e[32mgreen\e[0m", 5, "\e[32mgreen\e[0m")]
    [InlineData("\e[32mgreener\e[0m", 5, "\e[32mgree…\e[0m")]
    public void A_line_is_cut_to_what_the_terminal_shows(string line, int columns, string cut) =>
        Assert.Equal(cut, TerminalText.Cut(line, columns));

    [Fact]
    public void Text_is_wrapped_at_blanks() =>
        Assert.Equal(["one two", "three", "seventeenletters", "a"], TerminalText.Wrap("one two three seventeenletters a", 8));

    [Fact]
    public void A_live_table_that_is_too_long_shows_where_the_run_is()
    {
        var steps = Enumerable.Range(0, 30)
            .Select(i => Samples.Step($"s{i}", i < 10 ? RunStatus.Success : RunStatus.Pending)).ToArray();
        var lines = RunReport.Live(Samples.Run(RunStatus.Running, steps), new Palette(false), Samples.Noon, most: 8);
        Assert.Equal(8, lines.Count);
        Assert.StartsWith("s10", lines[2], StringComparison.Ordinal);
        Assert.Equal("… 10 before, 15 after", lines[^1]);
        var few = Samples.Run(RunStatus.Running, steps[..6]);
        Assert.Equal(8, RunReport.Live(few, new Palette(false), Samples.Noon, most: 8).Count);
    }

    [Theory]
    [InlineData("""{"a":1,"b":[],"c":{}}""", "a: 1\nb: []\nc: {}\n")]
    [InlineData("""{"a":[1,{"b":2,"c":[3]}]}""", "a:\n  - 1\n  - b: 2\n    c:\n      - 3\n")]
    [InlineData("""{"a":{"b":{"c":"d e"}}}""", "a:\n  b:\n    c: d e\n")]
    [InlineData("""["yes","no way",""," x"]""", "- \"yes\"\n- no way\n- \"\"\n- \" x\"\n")]
    [InlineData("""["a: b","12","x\ny"]""", "- \"a: b\"\n- \"12\"\n- \"x\\ny\"\n")]
    [InlineData("""[[1,2],[3]]""", "- - 1\n  - 2\n- - 3\n")]
    public void Yaml_says_what_the_json_says(string json, string yaml) =>
        Assert.Equal(yaml, YamlText.Of(JsonDocument.Parse(json).RootElement));

    [Fact]
    public async Task Colour_is_for_terminals_and_can_be_refused()
    {
        foreach (var (terminal, variable, flags, colour) in new[]
        {
            (true, false, Array.Empty<string>(), true),
            (false, false, [], false),
            (true, true, [], false),
            (true, false, ["--no-color"], false),
        })
        {
            using var bench = new CliBench { IsTerminal = terminal };
            if (variable) bench.Variables["NO_COLOR"] = "1";
            bench.Api.Answers("GET /v1/runs/x", Samples.Run(RunStatus.Success), WeirJson.Default.RunView);
            var result = await bench.RunAsync(["run", "get", "x", .. flags]);
            Assert.Equal(colour, result.Output.Contains('\e', StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(0.04, "0.0s")]
    [InlineData(59.96, "0m59s")]
    [InlineData(12.34, "12.3s")]
    [InlineData(185, "3m05s")]
    [InlineData(7800, "2h10m")]
    [InlineData(200000, "2d07h")]
    public void Times_are_short(double seconds, string text) =>
        Assert.Equal(text, Elapsed.Format(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void The_live_region_is_drawn_again_below_what_passes()
    {
        using var output = new MemoryStream();
        var host = new Weir.Cli.CliHost(output, TextWriter.Null) { IsTerminal = true };
        var region = new LiveRegion(host);
        region.Show(["one", "two"]);
        region.Pass("log");
        region.Clear();
        const string Erase = "\e[2F\e[J";
        Assert.Equal(
            $"\e[?7lone\ntwo\n\e[?7h{Erase}log\n\e[?7lone\ntwo\n\e[?7h{Erase}",
            System.Text.Encoding.UTF8.GetString(output.ToArray()));
    }
}
