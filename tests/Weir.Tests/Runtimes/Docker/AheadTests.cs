using Weir.Contracts.AgentProtocol;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Docker;
using Weir.Runtimes.Docker.Api;
using Weir.Testing;
using Weir.Tests.Runtimes.Conformance;

namespace Weir.Tests.Runtimes.Docker;

/// <summary>Containers that are started before anybody claimed their step.</summary>
public sealed class AheadTests : DockerRig
{
    private const string Key = "run-next";
    private static readonly NextStep Next = new("next") { Image = TestEngine.Image, Workspace = NextWorkspace.Empty };

    [Fact]
    public async Task A_step_that_comes_as_foreseen_finds_its_container_started()
    {
        var made = await PrepareAsync(Next);
        var spec = NewKeyed();
        await File.WriteAllTextAsync(Path.Combine(spec.Workspace, "resource"), "brought\n");
        Directory.CreateDirectory(Path.Combine(spec.Workspace, "folder"));
        await using var step = await OpenAsync(spec, "cat resource; ls; echo x > left; echo a=1 > $WEIR_OUTPUT");
        var result = await step.FinishAsync();
        Assert.Equal("brought\nfolder\nresource\n", result.Stdout);
        Assert.Equal("x\n", await File.ReadAllTextAsync(Path.Combine(spec.Workspace, "left")));
        Assert.Equal("a=1\n"u8.ToArray(), await step.Container.ReadOutputFileAsync(100, default));
        Assert.Equal([made.Id], (await StepsAsync()).Select(entry => entry.Id));
        await step.DisposeAsync();
        Assert.False(Directory.Exists(spec.Folder));
        await Eventually.HoldsAsync(async () => (await StepsAsync()).Count == 0, "its container is removed");
    }

    [Fact]
    public async Task A_workspace_is_taken_over_from_the_step_that_still_works_in_it()
    {
        var first = NewSpec();
        await using var one = await OpenAsync(first, "echo 1 > file; until [ -e go ]; do sleep 0.01; done; echo 2 >> file");
        var made = await PrepareAsync(Next with { Workspace = NextWorkspace.TakenOver }, first.Workspace);
        await File.WriteAllTextAsync(Path.Combine(first.Workspace, "go"), "");
        await one.FinishAsync();

        var spec = NewKeyed();
        Directory.Delete(spec.Workspace);
        Directory.Move(first.Workspace, spec.Workspace);
        var result = await RunAsync(spec, "cat file; echo 3 >> file");
        Assert.Equal("1\n2\n", result.Stdout);
        Assert.Equal("1\n2\n3\n", await File.ReadAllTextAsync(Path.Combine(spec.Workspace, "file")));
        Assert.DoesNotContain(await StepsAsync(), entry => entry.Id != made.Id && IsAhead(entry));
    }

    [Fact]
    public async Task A_workspace_that_is_another_than_foreseen_is_not_mistaken_for_it()
    {
        var first = NewSpec();
        await PrepareAsync(Next with { Workspace = NextWorkspace.TakenOver }, first.Workspace);
        var spec = NewKeyed();
        await File.WriteAllTextAsync(Path.Combine(spec.Workspace, "mine"), "");
        Assert.Equal("mine\n", (await RunAsync(spec, "ls")).Stdout);
    }

    [Theory]
    [InlineData("image")]
    [InlineData("shell")]
    [InlineData("limits")]
    [InlineData("life")]
    public async Task A_step_that_comes_otherwise_gets_a_container_of_its_own(string difference)
    {
        var made = await PrepareAsync(difference switch
        {
            "image" => Next with { Image = "weir-test" },
            "shell" => Next with { Shell = "bash" },
            "limits" => Next with { Limits = new() { Network = "none" } },
            _ => Next with { DiesWithAgent = true },
        });
        var spec = NewKeyed();
        Assert.Equal("own\n", (await RunAsync(spec, "echo own")).Stdout);
        await Eventually.HoldsAsync(
            async () => await Engine.Containers.InspectAsync(made.Id, default) is null, "the other one is removed");
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(Root, "docker"), "next-*"));
    }

    [Fact]
    public async Task A_container_that_died_behind_its_gate_is_not_taken()
    {
        var made = await PrepareAsync(Next);
        await Engine.Containers.KillAsync(made.Id, "KILL", default);
        Assert.Equal("own\n", (await RunAsync(NewKeyed(), "echo own")).Stdout);
    }

    [Fact]
    public async Task What_is_discarded_goes_also_while_it_is_being_made()
    {
        var made = await PrepareAsync(Next);
        Runtime.Discard(Key);
        Runtime.Prepare(new StepForecast(Key, Next, null));
        Runtime.Discard(Key);
        await Eventually.HoldsAsync(
            async () => await Engine.Containers.InspectAsync(made.Id, default) is null
                && (await StepsAsync()).Count == 0 && !Directory.EnumerateDirectories(Path.Combine(Root, "docker")).Any(),
            "nothing of them is left");
    }

    [Fact]
    public async Task A_sweep_keeps_the_own_ones_and_removes_those_of_an_earlier_life()
    {
        var made = await PrepareAsync(Next);
        await Runtime.SweepAsync([], default);
        Assert.NotNull(await Engine.Containers.InspectAsync(made.Id, default));
        await NextLife().SweepAsync([], default);
        Assert.Null(await Engine.Containers.InspectAsync(made.Id, default));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(Root, "docker")));
    }

    [Fact]
    public async Task A_runtime_that_is_disposed_leaves_none()
    {
        var made = await PrepareAsync(Next);
        await Runtime.DisposeAsync();
        Assert.Null(await Engine.Containers.InspectAsync(made.Id, default));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(Root, "docker")));
    }

    [Fact]
    public async Task One_that_was_taken_outlives_its_agent_as_any_other()
    {
        await PrepareAsync(Next);
        var spec = NewKeyed();
        var step = await OpenAsync(spec, "echo one; until [ -e go ]; do sleep 0.01; done; echo two");
        await step.SawAsync("one");
        await Runtime.DisposeAsync();
        await NextLife().SweepAsync([spec], default);
        await using var again = new StepUnderTest((await Runtime.AdoptAsync(spec, default))!, spec);
        again.Follow();
        await File.WriteAllTextAsync(Path.Combine(spec.Workspace, "go"), "");
        Assert.Equal("one\ntwo\n", (await again.FinishAsync()).Stdout);
    }

    [Fact]
    public async Task What_cannot_be_prepared_is_told_by_the_step_only()
    {
        Runtime.Prepare(new StepForecast(Key, Next with { Image = "no such image" }, null));
        await Runtime.SettleAsync(NewKeyed(), default);
        Assert.Equal("own\n", (await RunAsync(NewKeyed(), "echo own")).Stdout);
    }

    private ContainerSpec NewKeyed() => NewSpec(new StepWork { Image = TestEngine.Image }) with { Key = Key };

    private async Task<ContainerEntry> PrepareAsync(NextStep next, string? workspace = null)
    {
        Runtime.Prepare(new StepForecast(Key, next, workspace));
        await Runtime.SettleAsync(NewKeyed(), default);
        return Assert.Single(await StepsAsync(), IsAhead);
    }

    private static bool IsAhead(ContainerEntry entry) =>
        entry.Labels[DockerNames.StepLabel].StartsWith($"{Key}-next-", StringComparison.Ordinal);

    private async Task<List<ContainerEntry>> StepsAsync()
    {
        var mine = DockerNames.Of(Path.Combine(Root, "docker")).Mine;
        return [.. (await Engine.Containers.ListAsync(mine, default)).Where(
            entry => entry.Labels[DockerNames.RoleLabel] == DockerNames.StepRole)];
    }
}
