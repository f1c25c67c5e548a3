using Weir.Engine.Runtimes;
using Weir.Runtimes.Docker;
using Weir.Runtimes.Docker.Api;
using Weir.Testing;
using Weir.Tests.Runtimes.Conformance;

namespace Weir.Tests.Runtimes.Docker;

/// <summary>Steps and the agent that may die beside them.</summary>
public sealed class LifeTests : DockerRig
{
    private const string Count = "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo $i; sleep 0.01; done";
    private static readonly string All = string.Concat(Enumerable.Range(1, 300).Select(i => $"{i}\n"));
    [Fact]
    public async Task A_step_is_taken_up_with_all_of_its_output_once()
    {
        var spec = NewSpec();
        var step = await OpenAsync(spec, "echo begin", Count, "exit 4");
        await step.SawAsync("\n20\n");
        await Runtime.DisposeAsync();

        await NextLife().SweepAsync([spec], default);
        await using var again = await TakeUpAsync(spec);
        var result = await again.FinishAsync();

        Assert.Equal("begin\n" + All, result.Stdout);
        Assert.Equal([(0, 0), (1, 0), (2, 4)], result.Ended);
        Assert.Equal(new ContainerExit(4), result.Exit);
    }

    [Fact]
    public async Task A_step_that_ended_while_nobody_was_there_has_lost_nothing()
    {
        var spec = NewSpec();
        var step = await OpenAsync(spec, "echo one; until [ -e go ]; do sleep 0.01; done; echo two; exit 3");
        await step.SawAsync("one");
        await Runtime.DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(spec.Workspace, "go"), "");
        await Eventually.HoldsAsync(() => new DockerFolder(spec.Folder).End is not null, "the step ends");

        NextLife();
        await using var again = await TakeUpAsync(spec);
        var result = await again.FinishAsync();

        Assert.Equal("one\ntwo\n", result.Stdout);
        Assert.Equal(3, result.Exit.ExitCode);
    }

    [Fact]
    public async Task A_step_that_must_not_overlap_dies_with_its_agent_and_is_not_taken_up()
    {
        var spec = NewSpec() with { DiesWithAgent = true };
        var step = await OpenAsync(spec, "echo ready; while :; do date +%s%N > beat; sleep 0.01; done");
        await step.SawAsync("ready");
        await Runtime.DisposeAsync();

        await Eventually.HoldsAsync(() => new DockerFolder(spec.Folder).End is { Code: 137 }, "the step is killed");
        Assert.Null(await NextLife().AdoptAsync(spec, default));
        Assert.Empty(await Engine.Containers.ListAsync($"{DockerNames.FolderLabel}={spec.Folder}", default));
    }

    [Fact]
    public async Task A_step_that_must_not_overlap_ends_like_any_other()
    {
        var result = await RunAsync(NewSpec() with { DiesWithAgent = true }, "echo one", "exit 5");
        Assert.Equal(("one\n", new ContainerExit(5)), (result.Stdout, result.Exit));
    }

    [Fact]
    public async Task A_sweep_removes_what_earlier_lives_left_and_nobody_elses()
    {
        var (left, kept) = (NewSpec(), NewSpec());
        await (await OpenAsync(left, "echo ready; sleep 600")).SawAsync("ready");
        await (await OpenAsync(kept, "echo ready; sleep 600")).SawAsync("ready");
        var stranger = await Engine.Containers.CreateAsync(
            $"stranger-{Path.GetFileName(Root)}",
            new CreateContainer
            {
                Image = TestEngine.Image,
                Entrypoint = ["sleep"],
                Cmd = ["600"],
                HostConfig = new HostConfig { NetworkMode = "none" },
            },
            default);
        try
        {
            await Engine.Containers.StartAsync(stranger, default);
            await Runtime.DisposeAsync();

            await NextLife().SweepAsync([kept], default);

            Assert.False(Directory.Exists(left.Folder));
            Assert.Empty(await Engine.Containers.ListAsync($"{DockerNames.FolderLabel}={left.Folder}", default));
            Assert.True((await Engine.Containers.InspectAsync(stranger, default))!.State.Running);
            await using var again = await TakeUpAsync(kept);
            await again.Container.KillAsync(TimeSpan.Zero, default);
            Assert.Equal(137, (await again.FinishAsync()).Exit.ExitCode);
        }
        finally
        {
            await Engine.Containers.RemoveAsync(stranger, default);
        }
    }

    [Fact]
    public async Task A_container_killed_from_outside_is_lost_not_failed()
    {
        var spec = NewSpec();
        await using var step = await OpenAsync(spec, "echo ready; sleep 600");
        await step.SawAsync("ready");
        await Engine.Containers.KillAsync((await ContainerOfAsync(spec)).Id, "KILL", default);
        var result = await step.FinishAsync();
        Assert.Contains("from outside", result.Exit.Lost, StringComparison.Ordinal);
        Assert.Equal("ready\n", result.Stdout);
    }

    [Fact]
    public async Task A_container_removed_from_outside_is_lost()
    {
        var spec = NewSpec();
        await using var step = await OpenAsync(spec, "echo ready; sleep 600");
        await step.SawAsync("ready");
        await Engine.Containers.RemoveAsync((await ContainerOfAsync(spec)).Id, default);
        Assert.NotNull((await step.FinishAsync()).Exit.Lost);
    }

    [Fact]
    public async Task A_holder_removed_from_outside_is_made_anew()
    {
        Assert.Equal("one\n", (await RunAsync(NewSpec(), "echo one")).Stdout);
        foreach (var holder in await Engine.Containers.ListAsync(
            $"{DockerNames.RoleLabel}={DockerNames.HolderRole}", default))
        {
            if (holder.Labels.Values.Contains(DockerNames.Of(Path.Combine(Root, "docker")).Agent))
                await Engine.Containers.RemoveAsync(holder.Id, default);
        }

        Assert.Equal("two\n", (await RunAsync(NewSpec(), "echo two")).Stdout);
    }

    [Fact]
    public async Task Nothing_is_left_when_all_has_ended()
    {
        var mine = DockerNames.Of(Path.Combine(Root, "docker")).Mine;
        await RunAsync(NewSpec(), "echo one");
        await Runtime.SweepAsync([], default);
        await Runtime.DisposeAsync();
        Assert.Empty(await Engine.Containers.ListAsync(mine, default));
        Assert.Empty(await Engine.Networks.ListAsync(mine, default));
    }

    [Fact]
    public async Task Nothing_is_left_by_a_life_that_died()
    {
        var mine = DockerNames.Of(Path.Combine(Root, "docker")).Mine;
        var step = await OpenAsync(NewSpec(), "echo ready; sleep 600");
        await step.SawAsync("ready");
        await Runtime.DisposeAsync();
        await NextLife().SweepAsync([], default);
        await Runtime.DisposeAsync();
        Assert.Empty(await Engine.Containers.ListAsync(mine, default));
        Assert.Empty(await Engine.Networks.ListAsync(mine, default));
    }

    private async Task<StepUnderTest> TakeUpAsync(ContainerSpec spec)
    {
        var container = await Runtime.AdoptAsync(spec, default);
        var step = new StepUnderTest(container!, spec);
        step.Follow();
        return step;
    }
}
