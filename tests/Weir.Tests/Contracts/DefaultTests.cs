using System.Text.Json;
using Weir.Contracts.Json;

namespace Weir.Tests.Contracts;

public sealed class DefaultTests
{
    [Fact]
    public void What_json_leaves_out_keeps_its_default()
    {
        var join = JsonSerializer.Deserialize("{}", WeirJson.Default.CreateJoinTokenRequest)!;
        Assert.Equal((1, TimeSpan.FromHours(1)), (join.Uses, join.ExpiresIn));
        Assert.Empty(join.Labels);
        Assert.Empty(JsonSerializer.Deserialize("{}", WeirJson.Default.StartRunRequest)!.Params);
        var refusal = JsonSerializer.Deserialize("""{"code":"c","status":400,"title":"t"}""", WeirJson.Default.ProblemBody)!;
        Assert.Empty(refusal.Problems);
    }
}
