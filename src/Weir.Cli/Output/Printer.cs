using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Weir.Cli.Output;

/// <summary>Prints results in the format that was asked for.</summary>
internal sealed class Printer(CliHost host, OutputFormat format, Palette palette)
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };

    public Palette Palette => palette;

    public bool ForPeople => format == OutputFormat.Table;

    /// <summary>One thing: in a machine format as it is, for people by <paramref name="text"/>.</summary>
    public void Write<T>(T item, JsonTypeInfo<T> type, Func<T, IEnumerable<string>> text)
    {
        if (ForPeople) Lines(text(item));
        else Machine([Element(item, type)], asList: false);
    }

    /// <summary>Many things: one array (or one line each in ndjson), for people a table.</summary>
    public void Write<T>(IReadOnlyList<T> items, JsonTypeInfo<T> type, Table<T> table)
    {
        if (!ForPeople) Machine([.. items.Select(item => Element(item, type))], asList: true);
        else if (items.Count > 0) Lines(table.Lines(items, palette));
        else host.Error.WriteLine("nothing to show");
    }

    /// <summary>Many things, for people as <paramref name="text"/> says.</summary>
    public void Write<T>(IReadOnlyList<T> items, JsonTypeInfo<T> type, Func<IReadOnlyList<T>, IEnumerable<string>> text)
    {
        if (ForPeople) Lines(text(items));
        else Machine([.. items.Select(item => Element(item, type))], asList: true);
    }

    /// <summary>One line of a stream, in any machine format.</summary>
    public void WriteLine<T>(T item, JsonTypeInfo<T> type) =>
        host.Output.Write(Json(Element(item, type), default) + "\n");

    public void Lines(IEnumerable<string> lines) => host.Output.Write(string.Concat(lines.Select(line => line + "\n")));

    private void Machine(IReadOnlyList<JsonElement> elements, bool asList)
    {
        switch (format)
        {
            case OutputFormat.Ndjson:
                Lines(elements.Select(element => Json(element, default)));
                break;
            case OutputFormat.Yaml:
                host.Output.Write(asList ? YamlText.OfList(elements) : YamlText.Of(elements[0]));
                break;
            default:
                host.Output.Write(asList ? JsonList(elements) : Json(elements[0], Indented) + "\n");
                break;
        }
    }

    private static string JsonList(IReadOnlyList<JsonElement> elements)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Indented))
        {
            writer.WriteStartArray();
            foreach (var element in elements) element.WriteTo(writer);
            writer.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    private static string Json(JsonElement element, JsonWriterOptions options)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, options)) element.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static JsonElement Element<T>(T item, JsonTypeInfo<T> type) =>
        JsonSerializer.SerializeToElement(item, type);
}
