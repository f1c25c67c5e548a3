using System.Diagnostics;
using System.Text;

namespace Weir.Tests.Definitions;

public sealed class MalformedFlowTests
{
    [Theory]
    [InlineData(
        "name: a\nsteps: [1, 2",
        "3:1: this is not YAML: While parsing a flow sequence, did not find expected ',' or ']'.")]
    [InlineData("name: a\nsteps:\n\t- commands: x", "3:1: a tab indents this line: YAML is indented by spaces")]
    [InlineData("name: a: b", "1:8: this is not YAML: While scanning a plain scalar value, found invalid mapping.")]
    [InlineData("name: a\n---\nname: b\n", "2:1: the file holds more than one document (`---`): one flow, one file")]
    [InlineData(
        "name: *x\nsteps: [{commands: x}]",
        "1:7: name: no anchor `&x` stands before this\n1:7: name: expected a text, found nothing")]
    [InlineData("name: !custom a\nsteps: [{commands: x}]", "1:7: name: the tag `!custom` means nothing here")]
    [InlineData("name: a\n? [x]\n: 1\nsteps: [{commands: x}]", "2:3: a key must be a text, found a list")]
    [InlineData(
        "name: a\nsteps: [{commands: x, <<: 5}]",
        "2:27: steps[0]: `<<` merges a map or a list of maps, found `5`")]
    public void Bad_yaml_is_said_with_its_place(string text, string problem) => FlowText.HasProblems(text, problem);

    [Fact]
    public void Bad_json_is_said_with_its_place() =>
        Assert.Equal(
            "2:9: this is not JSON: 'x' is an invalid start of a value.",
            FlowText.Problems("{\n\"name\": x }", "flow.json"));

    [Fact]
    public void Huge_files_are_refused() =>
        FlowText.HasProblems("name: " + new string('x', 1 << 20), "1:1: the file is larger than 1024 KiB");

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("[a, [b, ")]
    [InlineData("{\"a\":")]
    [InlineData("[{a: [")]
    public void Deep_nesting_is_refused_quickly(string level)
    {
        var text = new StringBuilder();
        while (text.Length < 200_000) text.Append(level);
        Assert.Contains("nested more than 64 deep", Timed(text.ToString()));
    }

    [Fact]
    public void Aliases_that_multiply_are_refused_quickly()
    {
        var text = new StringBuilder("name: a\nx-0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (var i = 1; i < 10; i++) text.Append(
            $"x-{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        Assert.EndsWith("the file is too much when its aliases are written out", Timed(text.ToString()));
    }

    [Fact]
    public void Aliases_that_deepen_are_refused()
    {
        var text = new StringBuilder("x-0: &a0 [x]\n");
        for (var i = 1; i < 100; i++) text.Append($"x-{i}: &a{i} [*a{i - 1}]\n");
        Assert.Contains("nested more than 64 deep", Timed(text.ToString()));
    }

    [Fact]
    public void An_alias_to_what_holds_it_is_unknown() =>
        Assert.Contains("no anchor `&a` stands before this", FlowText.Problems("name: a\nsteps: &a [*a]"));

    [Fact]
    public void Many_aliases_of_one_long_text_are_refused()
    {
        var aliases = string.Join(",", Enumerable.Repeat("*a", 90));
        Assert.EndsWith(
            "the file is too much when its aliases are written out",
            Timed($"x-a: &a {new string('x', 500_000)}\nname: a\nsteps: [{{commands: [{aliases}]}}]"));
    }

    [Theory]
    [InlineData(501, 1, "the list has 501 items; at most 500 are allowed")]
    [InlineData(1, 101, "the list has 101 items; at most 100 are allowed")]
    public void Too_many_steps_or_commands_are_refused(int steps, int commands, string problem)
    {
        var step = $"  - commands: [{string.Join(", ", Enumerable.Repeat("x", commands))}]\n";
        Assert.EndsWith(problem, Timed("name: a\nsteps:\n" + string.Concat(Enumerable.Repeat(step, steps))));
    }

    [Fact]
    public void Problems_without_end_are_cut()
    {
        var keys = string.Concat(Enumerable.Range(0, 5000).Select(i => $"k{i}: x\n"));
        var problems = FlowText.Problems("name: a\nsteps: [{commands: x}]\n" + keys).Split('\n');
        Assert.Equal(201, problems.Length);
        Assert.Equal("only the first 200 problems are shown", problems[^1]);
    }

    private static string Timed(string text)
    {
        var clock = Stopwatch.StartNew();
        var problems = FlowText.Problems(text);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        return problems;
    }
}
