using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Evaluating;
using Weir.Engine.DataTree.Schemas.Values;

namespace Weir.Engine.DataTree.Schemas.Compiling;

/// <summary>
/// All documents that one schema reaches, with what can be referred to in them: by URI, by anchor, by pointer.
/// Documents come from the registry the first time something refers to them.
/// </summary>
internal sealed class SchemaLibrary(SchemaOptions options, ProblemList problems)
{
    private readonly Dictionary<string, ResourceSource> _resources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SchemaPlace> _places = new(StringComparer.Ordinal);
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
    private readonly HashSet<string> _broken = new(StringComparer.Ordinal);
    private readonly List<ResourceSource> _added = [];
    private int _documents;

    /// <summary>The documents whose schemas are trusted, being the draft's own.</summary>
    public bool IsTrusted { get; init; }

    public SchemaPlace AddRoot(JsonElement root) => Add(new SchemaDocument(options.BaseUri, "", root));

    /// <summary>The resources that came since the last call.</summary>
    public IReadOnlyList<ResourceSource> TakeAdded()
    {
        var added = _added.ToList();
        _added.Clear();
        return added;
    }

    /// <summary>Whether the place is in order and may be compiled.</summary>
    public bool Has(SchemaPlace place) => _places.ContainsKey(Key(place.Document, place.Pointer));

    /// <summary>The place with the resource that it belongs to.</summary>
    public SchemaPlace Known(SchemaPlace place) => _places.GetValueOrDefault(Key(place.Document, place.Pointer), place);

    /// <param name="from">The schema that refers.</param>
    /// <returns>Null when the reference leads nowhere, which is a problem then.</returns>
    public (SchemaPlace Place, ResourceSource Resource)? Resolve(string reference, SchemaPlace from, string keyword)
    {
        var (uri, fragment) = UriReference.Split(reference);
        var absolute = UriReference.Resolve(from.Resource.Uri, uri);
        var at = JsonPointer.Append(from.Label, keyword);
        if (Find(absolute) is not { } resource)
        {
            problems.Add(at, $"leads to {absolute}, which is not registered; nothing is ever fetched");
            return null;
        }

        if (FindIn(resource, fragment) is { } place) return (place, resource);
        var wanted = fragment.StartsWith('/') ? "there is nothing at" : "there is no anchor";
        problems.Add(at, $"leads nowhere: {wanted} `{fragment}` in {(resource == from.Resource ? "this schema" : absolute)}");
        return null;
    }

    private SchemaPlace? FindIn(ResourceSource resource, string fragment)
    {
        if (fragment.Length > 0 && fragment[0] != '/') return resource.Anchors.GetValueOrDefault(fragment);
        var pointer = resource.Root + fragment;
        if (_places.TryGetValue(Key(resource.Document, pointer), out var place)) return place;
        if (JsonPointer.Find(resource.Document.Root, pointer) is not { } element) return null;

        // A place that no keyword makes a schema is one because a reference says so.
        place = new SchemaPlace(resource.Document, pointer, element, Owner(resource, pointer));
        if (!_broken.Contains(resource.Document.Uri) && HasGoodShape(place)) Index(place);
        return _places.GetValueOrDefault(Key(place.Document, pointer), place);
    }

    private ResourceSource? Find(string uri)
    {
        if (_resources.TryGetValue(uri, out var known)) return known;
        if (_missing.Contains(uri)) return null;
        if ((MetaSchemas.Find(uri) ?? options.Registry?.Invoke(uri)) is not { } root)
        {
            _missing.Add(uri);
            return null;
        }

        if (++_documents > options.Limits.MaxDocuments)
        {
            problems.Add("#", $"leads to more than {options.Limits.MaxDocuments} other schemas");
            return null;
        }

        Add(new SchemaDocument(uri, uri, root));
        return _resources.GetValueOrDefault(uri);
    }

    private SchemaPlace Add(SchemaDocument document)
    {
        var vocabularies = Dialect(document.Root, document.Label + "#");
        var resource = new ResourceSource(document, "", new SchemaResource(document.Uri), vocabularies);
        var place = new SchemaPlace(document, "", document.Root, resource);
        _resources[document.Uri] = resource;
        if (HasGoodShape(place)) Index(place);
        else _broken.Add(document.Uri);

        // Whoever looked for the document by this URI meets the resource that its `$id` made.
        place = _places.GetValueOrDefault(Key(document, ""), place);
        _resources[document.Uri] = place.Resource;
        if (place.Resource == resource) _added.Add(resource);
        return place;
    }

    /// <summary>Takes note of a schema and all below it.</summary>
    private void Index(SchemaPlace place)
    {
        if (_places.Count >= options.Limits.MaxSchemas)
        {
            problems.Once("#", $"has more than {options.Limits.MaxSchemas} schemas");
            return;
        }

        place = WithOwnResource(place);
        var hasOwnDialect = place.Pointer.Length > 0 && place.Value("$schema") is not null;
        if (hasOwnDialect && !HasGoodShape(place)) return;
        if (!_places.TryAdd(Key(place.Document, place.Pointer), place)) return;
        if (place.Element.ValueKind != JsonValueKind.Object) return;
        AddAnchor(place, "$anchor");
        AddAnchor(place, "$dynamicAnchor");
        foreach (var child in Subschemas.Of(place)) Index(child);
    }

    private SchemaPlace WithOwnResource(SchemaPlace place)
    {
        if (place.Text("$id") is not { } id) return place;
        var uri = UriReference.Resolve(place.Resource.Uri, UriReference.Split(id).Uri);
        var vocabularies = place.Element.TryGetProperty("$schema", out _)
            ? Dialect(place.Element, place.Label)
            : place.Resource.Vocabularies;
        var resource = new ResourceSource(place.Document, place.Pointer, new SchemaResource(uri), vocabularies);
        var here = (place.Document, place.Pointer);
        if (_resources.TryGetValue(uri, out var other) && (other.Document, other.Root) != here)
            problems.Add(place.Label + "/$id", $"{uri} is already the URI of another schema");
        _resources[uri] = resource;
        _added.Add(resource);
        return place with { Resource = resource };
    }

    private void AddAnchor(SchemaPlace place, string keyword)
    {
        if (place.Text(keyword) is not { } anchor) return;
        if (!place.Resource.Anchors.TryAdd(anchor, place))
        {
            problems.Add(
                JsonPointer.Append(place.Label, keyword),
                $"the anchor `{anchor}` is already at {place.Resource.Anchors[anchor].Label}");
        }

        if (keyword == "$dynamicAnchor") place.Resource.DynamicAnchors.Add(anchor);
    }

    private ResourceSource Owner(ResourceSource root, string pointer)
    {
        for (var end = pointer.LastIndexOf('/'); end > root.Root.Length; end = pointer.LastIndexOf('/', end - 1))
        {
            if (_places.TryGetValue(Key(root.Document, pointer[..end]), out var place)) return place.Resource;
        }

        return root;
    }

    private Vocabularies Dialect(JsonElement schema, string label)
    {
        var uri = MetaSchemas.DialectOf(schema);
        if (uri == MetaSchemas.Uri) return Vocabularies.Standard;
        if ((MetaSchemas.Find(uri) ?? options.Registry?.Invoke(uri)) is not { } metaSchema)
        {
            problems.Add(label + "/$schema", $"names a dialect that is not known; write {MetaSchemas.Uri}");
            return Vocabularies.Standard;
        }

        var vocabularies = VocabularyReader.Read(metaSchema, out var unknown);
        foreach (var vocabulary in unknown)
            problems.Add(label + "/$schema", $"names a dialect with the vocabulary {vocabulary}, which is not known");
        return vocabularies;
    }

    private bool HasGoodShape(SchemaPlace place) =>
        IsTrusted || MetaSchemas.Find(place.Document.Uri) is not null || SchemaShape.IsGood(place, options, problems);

    private static string Key(SchemaDocument document, string pointer) => $"{document.Uri}#{pointer}";
}
