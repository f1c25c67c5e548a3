using System.Text;
using System.Text.Json;
using Weir.Engine.DataTree.Schemas;

namespace Weir.Bench;

/// <summary>
/// Checking the data of a node of 1 KiB against a usual kind's schema, beside reading the same bytes.
/// </summary>
internal static class SchemaBenchmark
{
    private const int Size = 1024;
    private const int PerRound = 20_000;
    private const int Rounds = 9;
    private const double AskedPerSecond = 50_000;

    private const string Schema = """
        {
          "type": "object", "additionalProperties": false,
          "required": ["arch", "compiler", "status", "url", "config"],
          "properties": {
            "arch": { "enum": ["arm64", "x86_64", "riscv"] },
            "compiler": { "type": "string", "minLength": 1, "maxLength": 64 },
            "status": { "enum": ["pass", "fail", "skip"] },
            "url": { "type": "string", "pattern": "^https?://" },
            "config": { "type": "object", "additionalProperties": { "type": "string" } },
            "durations": { "type": "array", "items": { "type": "number", "minimum": 0 } },
            "tags": { "type": "array", "uniqueItems": true, "items": { "type": "string" } },
            "commit": { "$ref": "#/$defs/commit" }
          },
          "$defs": { "commit": { "type": "object", "required": ["hash"], "properties": {
            "hash": { "type": "string", "pattern": "^[0-9a-f]{40}$" }, "subject": { "type": "string" } } } }
        }
        """;

    private const string Node = """
        {"arch":"arm64","compiler":"gcc-14","status":"pass","url":"https://example.org/builds/12345/","config":{"CONFIG_A":"y",
        "CONFIG_B":"m","CONFIG_DEBUG":"n","CONFIG_LOCALVERSION":"-weir","CONFIG_PREEMPT":"y","CONFIG_HZ":"1000"},
        "durations":[1.5,2.25,3,4,10.125,60,3600],"tags":["a","b","nightly","mainline"],
        "commit":{"hash":"0123456789abcdef0123456789abcdef01234567","subject":""}}
        """;

    public static Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(Node.Replace("\"\"", $"\"{new string('x', Size - Node.Length)}\""));
        var schema = JsonSchema.Compile(Encoding.UTF8.GetBytes(Schema), new SchemaOptions()).Schema!;
        using var document = JsonDocument.Parse(bytes);
        var (reads, checks) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            reads.Add(PerSecond(() => JsonDocument.Parse(bytes).Dispose()));
            checks.Add(PerSecond(() => Check(schema, document.RootElement)));
        }

        var (read, check) = (Medians.Of(reads), Medians.Of(checks));
        return Task.FromResult<IReadOnlyList<Figure>>(
        [
            new Figure(
                "schema checks of 1 KiB", $"{check:0}/s", $"JsonDocument.Parse {read:0}/s", check / read,
                $"≥ {AskedPerSecond:0}/s", check >= AskedPerSecond),
        ]);
    }

    private static void Check(JsonSchema schema, JsonElement value)
    {
        if (schema.Validate(value) is [var violation, ..]) throw new InvalidOperationException(violation.ToString());
    }

    private static double PerSecond(Action action)
    {
        var start = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < PerRound; i++) action();
        return PerRound / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }
}
