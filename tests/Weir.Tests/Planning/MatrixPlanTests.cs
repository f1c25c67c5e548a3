using Weir.Engine.Planning;
using Weir.Engine.Running;
using Weir.Tests.Definitions;

namespace Weir.Tests.Planning;

public sealed class MatrixPlanTests
{
    private static readonly Plan Made = Planner.Plan(
        FlowText.Good(
            """
            name: f
            source: /r
            env: { A: flow }
            steps:
              - { name: get, commands: x }
              - name: build
                title: Build it
                commands: x
                matrix: { os: [linux, darwin], arch: [arm], max_parallel: 1, fail_fast: true }
                labels: { host.os: "${{ matrix.os }}" }
                artifacts: [{ name: "bin-${{ matrix.os }}", path: "bin-${{ matrix.os }}" }]
              - name: test
                commands: x
                needs: [build]
                matrix: { os: [linux, darwin] }
                resources: ["bin-${{ matrix.os }}"]
              - { name: last, commands: x }
              - { name: after, commands: x, needs: [build] }
            """),
        new PlanInputs()).Plan!;

    [Fact]
    public void Each_combination_is_a_step_that_people_can_tell() => Assert.Equal(
        [
            "build-1 Build it (os=linux, arch=arm)", "build-2 Build it (os=darwin, arch=arm)",
            "test-1 test (os=linux)", "test-2 test (os=darwin)",
        ],
        Made.Steps.Where(s => s.Matrix is not null).Select(s => $"{s.Name} {s.Title}"));

    [Fact]
    public void Needing_it_is_needing_all_of_it_and_combinations_do_not_need_each_other() => Assert.Equal(
        [
            "checkout: all", "get: all", "build-1: checkout,get", "build-2: checkout,get",
            "test-1: build-1,build-2", "test-2: build-1,build-2", "last: all", "after: build-1,build-2",
        ],
        Made.Steps.Select(s => $"{s.Name}: {(s.Needs is { } needs ? string.Join(",", needs) : "all")}"));

    [Fact]
    public void Its_values_are_variables_labels_and_names_of_artifacts()
    {
        var darwin = Made.Steps.Single(s => s.Name == "build-2");
        Assert.Equal(
            ["A=flow", "WEIR_MATRIX_ARCH=arm", "WEIR_MATRIX_OS=darwin"], darwin.Env.Select(e => $"{e.Key}={e.Value}"));
        Assert.Equal("darwin", darwin.Labels["host.os"]);
        Assert.Equal(new PlanArtifact("bin-darwin", "bin-${{ matrix.os }}", true), Assert.Single(darwin.Artifacts));
        Assert.Equal(
            ["build-1", "build-2"],
            Made.Steps.Where(s => s.Matrix?.Step == "test").Select(s => Assert.Single(s.Resources).From));
        Assert.Equal((1, true), (darwin.Matrix!.MaxParallel, darwin.Matrix.FailFast));
    }

    [Fact]
    public void Nobody_continues_one_of_several_workspaces() => Assert.Equal(
        "checkout:- get:checkout build-1:get build-2:get test-1:checkout test-2:checkout last:checkout after:checkout",
        string.Join(' ', Made.Steps.Select(s => $"{s.Name}:{s.WorkspaceFrom ?? "-"}")));

    [Fact]
    public void It_is_stored_and_read_again()
    {
        var json = RunCodec.PlanJson(Made);
        var back = RunCodec.ReadPlan(json);
        Assert.Equal(json, RunCodec.PlanJson(back));
        Assert.Equal("darwin", back.Steps[3].Matrix!.Values["os"]);
        Assert.Equal([[2, 3], [4, 5]], new PlanGraph(back).Groups.Select(g => g.Cells));
    }
}
