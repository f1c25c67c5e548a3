using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weir.Engine.DataTree.Schemas.Keywords;

/// <summary>A property's name as a value that a schema can look at.</summary>
internal static class JsonName
{
    public static JsonElement AsValue(string name)
    {
        var reader = new Utf8JsonReader(
            System.Text.Encoding.UTF8.GetBytes($"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(name)}\""));
        return JsonElement.ParseValue(ref reader);
    }
}
