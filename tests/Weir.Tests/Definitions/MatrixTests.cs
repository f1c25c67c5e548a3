using Weir.Engine.Definitions;

namespace Weir.Tests.Definitions;

public sealed class MatrixTests
{
    [Fact]
    public void Every_value_goes_with_every_other_less_the_excluded_and_the_included_more()
    {
        var flow = FlowText.Good(Step(
            "{ go: [1.10, 1.22], os: [linux, darwin], exclude: [{ os: darwin, go: 1.10 }], "
            + "include: [{ go: tip, os: linux, race: true }] }"));
        Assert.Equal(
            ["go=1.10, os=linux", "go=1.22, os=linux", "go=1.22, os=darwin", "go=tip, os=linux, race=true"],
            flow.Steps[0].Matrix!.Combinations().Select(cell => string.Join(", ", cell)));
    }

    [Fact]
    public void It_may_be_a_list_of_combinations_only() => Assert.Equal(
        ["a-1", "a-2"],
        MatrixExpansion.NamesOf(FlowText.Good(Step("{ include: [{ x: 1 }, { x: 2, y: 3 }] }")).Steps[0]));

    [Theory]
    [InlineData("{}", "the matrix is empty: give it an axis, as in `os: [linux, darwin]`")]
    [InlineData("{ max_parallel: 2 }", "the matrix is empty: give it an axis, as in `os: [linux, darwin]`")]
    [InlineData("{ os: linux }", "expected a list, found `linux`")]
    [InlineData("{ os: [] }", "the list is empty")]
    [InlineData("{ os: [[a]] }", "expected a text, found a list")]
    [InlineData("{ os: [a, a] }", "`a` stands here twice")]
    [InlineData("{ os: ['${{ params.x }}'] }", "`${{ }}` never stands in a value of a matrix")]
    [InlineData("{ os: [\"a\\nb\"] }", "a value of a matrix is one line")]
    [InlineData("{ os: [a], fail_fat: true }", "unknown key `fail_fat`: did you mean `fail_fast`?")]
    [InlineData("{ os: [a], 1x: [b] }", "`1x` is no name: letters, digits, `_` and `-`, a letter or `_` first")]
    [InlineData("{ a-b: [1], a_B: [2] }", "`a-b` and `a_B` would both be the variable WEIR_MATRIX_A_B")]
    [InlineData("{ os: [a], exclude: [{ so: a }] }", "there is no axis `so`: did you mean `os`?")]
    [InlineData("{ os: [a], exclude: [{ os: b }] }", "warning: no combination has these values: it excludes nothing")]
    [InlineData("{ os: [a], exclude: [{ os: a }] }", "nothing is left of the matrix: all of it is excluded")]
    [InlineData("{ os: [a], include: [{ go: 1 }] }", "a combination needs a value for `os`")]
    [InlineData("{ os: [a], include: [{}] }", "a combination needs a value for `os`; the combination is empty")]
    [InlineData("{ os: [a], include: [{ os: a }] }", "the combination os=a stands here twice")]
    [InlineData("{ os: [a], max_parallel: 0 }", "expected a number from 1 to 256, found `0`")]
    public void Says_what_is_wrong(string matrix, string problems) => Assert.Equal(
        problems,
        string.Join("; ", FlowReader.Read(Step(matrix)).Problems.Select(
            p => (p.Warning ? "warning: " : "") + p.Message)));

    [Fact]
    public void Says_how_many_are_too_many_without_making_them()
    {
        var axes = string.Join(", ", Enumerable.Range(0, 10).Select(
            a => $"a{a}: [{string.Join(", ", Enumerable.Range(0, 100))}]"));
        Assert.EndsWith(
            "000 combinations; at most 256 are allowed", Only(Step($"{{ {axes} }}")), StringComparison.Ordinal);
        Assert.Contains("at most 10 keys", Only(Step($"{{ {axes}, b: [1] }}")), StringComparison.Ordinal);
        var values = $"[{string.Join(", ", Enumerable.Range(0, 200))}]";
        Assert.Equal(
            "with all combinations there are 600 steps; at most 500 are allowed",
            Only($"name: f\nsteps: [{string.Join(", ", Enumerable.Repeat($"{{ commands: x, matrix: {{ a: {values} }} }}", 3))}]"));
    }

    [Fact]
    public void Its_names_are_nobody_elses_and_not_too_long()
    {
        Assert.Equal(
            "one of its combinations would be named `a-2`, as another step is",
            Only("name: f\nsteps: [{ name: a, commands: x, matrix: { n: [1, 2] } }, { name: a-2, commands: x }]"));
        var name = new string('a', 62);
        Assert.Equal(
            $"the name `{name}-1` of a combination would be longer than 63 characters",
            Only($"name: f\nsteps: [{{ name: {name}, commands: x, matrix: {{ n: [1] }} }}]"));
    }

    [Theory]
    [InlineData("env: { A: '${{ matrix.os }}' }", "")]
    [InlineData("env: { A: '${{ matrix.so }}' }", "unknown axis `so`: did you mean `os`?")]
    [InlineData("env: { A: '${{ matrix }}' }", "`matrix` is used as `matrix.<axis>`")]
    [InlineData("labels: { host.os: '${{ matrix.os }}' }", "")]
    [InlineData(
        "labels: { zone: '${{ run.id }}' }",
        "in a label only `matrix` may stand: where a step runs is settled when its run begins")]
    public void Expressions_know_the_axes(string key, string problem) => Assert.Equal(
        problem,
        string.Join("; ", FlowReader.Read($"name: f\nsteps: [{{ commands: x, matrix: {{ os: [linux] }}, {key} }}]")
            .Problems.Select(p => p.Message)));

    [Fact]
    public void Other_steps_know_how_it_ended_but_no_outputs() => FlowText.HasProblems(
        """
        name: f
        env: { A: "${{ matrix.os }}" }
        steps:
          - { name: a, commands: x, matrix: { os: [linux, darwin] }, outputs: [v], artifacts: [bin] }
          - name: b
            commands: x
            when: steps.a.status == 'success' && steps.a.outputs.v == '1'
            resources: [bin]
        """,
        """
        2:16: env.A: `matrix` is known only in a step that has one
        7:50: steps[1].when: step `a` has a matrix: each combination has outputs of its own
        8:17: steps[1].resources[0]: several combinations of `a` leave `bin`: name it by its combination, as in
            `bin-${{ matrix.os }}`
        """);

    private static string Step(string matrix) => $"name: f\nsteps: [{{ name: a, commands: x, matrix: {matrix} }}]";

    private static string Only(string text) => Assert.Single(FlowReader.Read(text).Problems).Message;
}
