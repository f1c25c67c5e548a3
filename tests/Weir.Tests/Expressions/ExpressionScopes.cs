using System.Text.Json;
using Weir.Contracts.Statuses;
using Weir.Engine.Expressions;

namespace Weir.Tests.Expressions;

internal static class ExpressionScopes
{
    public static readonly ExpressionScope Rich = new()
    {
        Params = Json("""{"ref":"main","count":3,"debug":true,"version":1.10,"empty":"","quoted":"it's"}"""),
        Trigger = Json(
            """{"git_sha":"abc123","commit":{"author":"ann"},"files":["a.txt","b.txt"],"big":12345678901234567}"""),
        Run = new Dictionary<string, string> { ["id"] = "01j", ["flow"] = "build" },
        Steps = new Dictionary<string, StepFacts>
        {
            ["test"] = new(
                RunStatus.Failed, 2, new Dictionary<string, string> { ["version"] = "10", ["ok"] = "false" }),
            ["a-b"] = new(RunStatus.Success, 0, new Dictionary<string, string>()),
            ["later"] = new(RunStatus.Pending, null, new Dictionary<string, string>()),
        },
    };

    public static Dictionary<string, JsonElement> Json(string text) =>
        JsonDocument.Parse(text).RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
}
