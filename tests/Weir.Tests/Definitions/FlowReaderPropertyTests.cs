using Weir.Engine.Definitions;
using Weir.Engine.Planning;

namespace Weir.Tests.Definitions;

public sealed class FlowReaderPropertyTests
{
    [Fact]
    public void No_text_makes_it_throw()
    {
        for (var seed = 0; seed < 4_000; seed++)
        {
            var text = FlowSamples.Mutate(new Random(seed));
            try
            {
                AssertSound(text, FlowReader.Read(text, seed % 2 == 0 ? null : "flow.json"));
            }
            catch (Exception thrown) when (thrown is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}: {thrown}\n{text}");
            }
        }
    }

    [Fact]
    public void What_it_takes_can_be_planned()
    {
        var planned = 0;
        for (var seed = 0; seed < 2_000; seed++)
        {
            if (FlowReader.Read(FlowSamples.Mutate(new Random(seed), most: 1)).Flow is not { } flow) continue;
            var result = Planner.Plan(flow, new PlanInputs());
            Assert.Equal(flow.Params.Any(p => p.Required && p.Default is null), result.Plan is null);
            if (result.Plan is null) continue;
            var graph = new PlanGraph(result.Plan);
            Assert.All(
                result.Plan.Steps,
                step => Assert.True(step.WorkspaceFrom is null || graph.TryPositionOf(step.WorkspaceFrom, out _)));
            planned++;
        }

        Assert.InRange(planned, 100, 2_000);
    }

    private static void AssertSound(string text, FlowReadResult result)
    {
        Assert.Equal(result.Flow is null, result.Problems.Any(p => !p.Warning));
        var lines = text.Split('\n').Length + 1;
        Assert.All(result.Problems, p => Assert.InRange(p.Line, 0, lines));
        Assert.All(result.Problems, p => Assert.NotEmpty(p.Message));
    }
}
