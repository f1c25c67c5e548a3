using System.Text.Json;
using Weir.Engine.DataTree.Schemas;
using Weir.Tests.Definitions.Formats;

namespace Weir.Tests.DataTree.Schemas;

/// <summary>
/// The required cases of the official suite of draft 2020-12, which lies beside the source on some machines.
/// </summary>
public sealed class SuiteTests
{
    private const string RemoteUri = "http://localhost:1234/";

    private static readonly string? Folder = Corpus.Find("corpus/json-schema");

    private static readonly Lazy<Dictionary<string, JsonElement>> Remotes = new(() =>
        Directory.GetFiles(Path.Combine(Folder!, "remotes"), "*.json", SearchOption.AllDirectories).ToDictionary(
            file => RemoteUri + Path.GetRelativePath(Path.Combine(Folder!, "remotes"), file),
            file => SchemaText.Json(File.ReadAllText(file))));

    public static TheoryData<string> Files() =>
        Folder is null ? ["(absent)"] : [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileName(file)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_case_is_judged_as_the_suite_says(string file)
    {
        Assert.SkipWhen(Folder is null, "the suite is not on this machine");
        var cases = SchemaText.Json(File.ReadAllText(Path.Combine(Folder!, file)));
        var wrong = cases.EnumerateArray().SelectMany(Wrong).ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static IEnumerable<string> Wrong(JsonElement suiteCase)
    {
        var options = new SchemaOptions
        {
            Registry = uri => Remotes.Value.TryGetValue(uri, out var found) ? found : null,
        };
        var compiled = JsonSchema.Compile(suiteCase.GetProperty("schema"), options);
        if (compiled.Schema is not { } schema)
            return [$"{suiteCase.GetProperty("description")}: {string.Join("; ", compiled.Problems)}"];
        return from test in suiteCase.GetProperty("tests").EnumerateArray()
               let data = test.GetProperty("data")
               let violations = schema.Validate(data)
               where test.GetProperty("valid").GetBoolean() != (violations.Count == 0)
                   || schema.IsValid(data) != (violations.Count == 0)
               select $"{suiteCase.GetProperty("description")}: {test.GetProperty("description")}: {string.Join("; ", violations)}";
    }
}
