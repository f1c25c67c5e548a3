namespace Weir.Controller.Storage;

/// <summary>The data folder cannot be used; the message tells people why and what to do.</summary>
public sealed class DataDirectoryException(string message) : Exception(message)
{
    /// <summary>Another process holds it.</summary>
    public bool InUse { get; init; }
}
