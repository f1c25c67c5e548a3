using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weir.Engine.Definitions;

/// <summary>The JSON Schema (2020-12) of the flow file, for editors: <c>weir schema flow</c>.</summary>
public static class FlowSchema
{
    // The file is read by people too: quotes and < stay as they are.
    private static readonly JsonWriterOptions Layout = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Indented JSON; the same text for every call of one version.</summary>
    public static string Text { get; } = Write(Make());

    private static string Write(JsonObject schema)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Layout)) schema.WriteTo(writer);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static JsonObject Make()
    {
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Weir flow file",
            ["description"] = "A flow of steps (weir.yml). Strings marked as templates may hold ${{ }}.",
        };
        foreach (var (key, value) in FlowKeys.Flow.ToSchema()) schema[key] = value?.DeepClone();
        return schema;
    }
}
