namespace Weir.Engine.Storage;

/// <summary>
/// Small, slowly changing things under paths such as <c>flows/default/build</c>: JSON with a version that counts from
/// 1. Thread-safe; one call is one durable unit; a version conflict is an outcome, never an exception.
/// </summary>
public interface IDocumentStore
{
    ValueTask<Document?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// Documents whose key begins with <paramref name="prefix"/>, in ordinal order, after the key given.
    /// </summary>
    ValueTask<IReadOnlyList<Document>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken);
}

/// <summary>A stored document. <paramref name="Version"/> is one more at each write.</summary>
public sealed record Document(string Key, long Version, string Json);

/// <summary>
/// A write that holds only if the document's version is still the one expected (0 = it does not exist).
/// </summary>
/// <param name="Json">The new content; null deletes.</param>
public sealed record DocumentWrite(string Key, long ExpectedVersion, string? Json);

/// <summary>A document that a write rests on (version 0 = it does not exist).</summary>
public sealed record DocumentGuard(string Key, long Version);
