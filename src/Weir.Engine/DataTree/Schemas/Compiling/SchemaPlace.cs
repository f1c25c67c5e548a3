using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Evaluating;
using Weir.Engine.DataTree.Schemas.Values;

namespace Weir.Engine.DataTree.Schemas.Compiling;

/// <summary>A JSON document that holds schemas.</summary>
/// <param name="Uri">Where it was found; its <c>$id</c> may say otherwise.</param>
/// <param name="Label">
/// What stands before the <c>#</c> when people are told of a place in it; empty for the first.
/// </param>
internal sealed record SchemaDocument(string Uri, string Label, JsonElement Root);

/// <summary>A schema in a document, not compiled.</summary>
/// <param name="Pointer">From the document's root.</param>
/// <param name="Resource">The innermost schema with a URI that it belongs to.</param>
internal sealed record SchemaPlace(
    SchemaDocument Document, string Pointer, JsonElement Element, ResourceSource Resource)
{
    public string Label => $"{Document.Label}#{Pointer}";

    public JsonElement? Value(string keyword) =>
        Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(keyword, out var value) ? value : null;

    public string? Text(string keyword) =>
        Value(keyword) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public SchemaPlace Child(string keyword, JsonElement element) =>
        this with { Pointer = JsonPointer.Append(Pointer, keyword), Element = element };

    public SchemaPlace Child(int index, JsonElement element) =>
        this with { Pointer = JsonPointer.Append(Pointer, index), Element = element };
}

/// <summary>A schema with a URI of its own as it was written.</summary>
/// <param name="Root">Pointer from the document's root.</param>
internal sealed record ResourceSource(
    SchemaDocument Document, string Root, SchemaResource Resource, Vocabularies Vocabularies)
{
    public string Uri => Resource.Uri;

    /// <summary>Of <c>$anchor</c> and <c>$dynamicAnchor</c>.</summary>
    public Dictionary<string, SchemaPlace> Anchors { get; } = [];

    public HashSet<string> DynamicAnchors { get; } = [];
}
