using System.Runtime.CompilerServices;
using System.Text.Json;
using Weir.Engine.Planning;

namespace Weir.Tests.Definitions;

public sealed class ExampleTests
{
    [Theory]
    [InlineData("hello", "greet count bye")]
    [InlineData("demo", "checkout build test report style tidy")]
    [InlineData("approval", "build ask publish undo")]
    [InlineData("concurrency", "deploy")]
    [InlineData("matrix", "unit-1 unit-2 unit-3 unit-4 join")]
    [InlineData("parallel", "north south centre join check alarm")]
    [InlineData("retry", "dice won lost")]
    public void Good_examples_can_be_planned(string name, string steps)
    {
        var flow = FlowText.Good(Example(name));
        var inputs = flow.Params.Where(p => p.Required).ToDictionary(
            p => p.Name, _ => JsonDocument.Parse("\"/r\"").RootElement);
        var result = Planner.Plan(flow, new PlanInputs { Params = inputs });
        Assert.Equal(name, result.Plan?.Flow);
        Assert.Equal(steps, string.Join(' ', result.Plan!.Steps.Select(s => s.Name)));
        Assert.All(
            result.Plan.Steps,
            step => Assert.True(step is { Runtime: "process" } or { Kind: "approve" }, "examples run with sh and git only"));
    }

    [Fact]
    public void Every_example_is_tried() => Assert.Equal(
        ["approval.yml", "broken.yml", "concurrency.yml", "containers.yml", "demo.yml", "hello.yml", "matrix.yml", "parallel.yml", "retry.yml"],
        Directory.GetFiles(Folder()).Select(Path.GetFileName).Order());

    [Fact]
    public void The_broken_one_shows_all_its_mistakes() => FlowText.HasProblems(
        Example("broken"),
        """
        3:7: name: `Broken Flow` is no name: 1 to 63 lower-case letters, digits and `-`, no `-` at either end:
            did you mean `broken-flow`?
        4:1: timout: unknown key `timout`: did you mean `timeout`?
        6:3: env.2ND: `2ND` is no name of an environment variable: letters, digits and `_`, no digit first
        8:35: params.count.default: expected a number, found `many`
        9:10: params.level: a choice needs the key `choices`
        12:5: steps[0].comands: unknown key `comands`: did you mean `commands`?
        13:14: steps[0].timeout: expected a duration such as `90s`, `10m` or `1h30m`, found `10 minutes`:
            did you mean `10m`?
        14:23: steps[0].limits.memory: expected a size such as `512MiB` or `2GiB`, found `2GB`: did you mean `2GiB`?
        14:33: steps[0].limits.cpu: expected a number, found `plenty`
        16:13: steps[1].needs[0]: there is no step `biuld`: did you mean `build`?
        18:9: steps[1].commands[0]: `${{ }}` never stands in a command: put the value into `env` and use it as "$NAME"
        19:17: steps[1].artifacts[0]: `/etc/passwd` is absolute: paths are relative to the workspace
        19:30: steps[1].artifacts[1]: `../secrets` climbs out of the workspace: `..` is not allowed
        20:24: steps[1].retry.attempts: expected a number from 1 to 100, found `0`
        20:32: steps[1].retry.on[0]: expected one of exit, timeout, infrastructure, found `exits`: did you mean `exit`?
        21:11: steps[2].name: the name `test` stands already at line 15
        22:15: steps[2].commands: the list is empty
        23:17: steps[2].resources[0]: no earlier step leaves an artifact named `report`: known are passwd, secrets
        24:27: steps[2].matrix.os[1]: `linux` stands here twice
        24:35: steps[2].matrix.max_paralel: unknown key `max_paralel`: did you mean `max_parallel`?
        26:12: steps[3].needs: steps wait for each other: ping → pong → ping
        27:29: steps[3].when: `=` is no operator: did you mean `==`?
        31:11: steps[4].when: unknown function `sucess`: did you mean `success`?
        31:30: steps[4].when: unknown param `cuont`: did you mean `count`?
        33:20: steps[4].allow_failure: expected true or false, found `sometimes`
        """);

    private static string Example(string name) => File.ReadAllText(Path.Combine(Folder(), $"{name}.yml"));

    private static string Folder([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(here, "../../../../examples"));
}
