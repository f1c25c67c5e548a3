using Weir.Engine.Scheduling;

namespace Weir.Tests.Scheduling;

public sealed class ShapeTests
{
    [Theory]
    [InlineData("commands", true)]
    [InlineData("image", false)]
    [InlineData("runtime=fake", false)]
    [InlineData("runtime=process", true)]
    [InlineData("commands\nlabel:gpu=true", true)]
    [InlineData("commands\nlabel:gpu=false", false)]
    [InlineData("commands\nlabel:zone=a", false)]
    [InlineData("commands\nlabel:host.arch=arm64", true)]
    [InlineData("commands\nlabel:host.arch=x64", false)]
    [InlineData("agent=me\ncommands", true)]
    [InlineData("agent=other\ncommands", false)]
    public void Every_requirement_must_be_met(string shape, bool met)
    {
        var offer = new AgentOffer("me", new Dictionary<string, string> { ["gpu"] = "true" }, ["process"])
        {
            Host = new Dictionary<string, string> { ["host.arch"] = "arm64" },
        };
        Assert.Equal(met, new Shape(shape).IsMetBy(offer));
    }

    [Fact]
    public void It_says_in_words_what_is_missing() =>
        Assert.Equal("the process runtime, label gpu=true", new Shape("commands\nlabel:gpu=true").Describe());
}
