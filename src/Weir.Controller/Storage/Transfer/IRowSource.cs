namespace Weir.Controller.Storage.Transfer;

/// <summary>The rows of all tables as they were at one moment.</summary>
internal interface IRowSource : IAsyncDisposable
{
    /// <summary>
    /// Rows in the order of their keys, beginning beyond that one; fewer than the limit are the last.
    /// </summary>
    ValueTask<IReadOnlyList<object?[]>> ReadAsync(
        PortableTable table, object?[]? after, int limit, CancellationToken cancellationToken);
}

/// <summary>A database that rows are moved into.</summary>
internal interface IRowTarget : IRowSource
{
    /// <summary>All of the rows or none, durably.</summary>
    ValueTask AddAsync(PortableTable table, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken);

    /// <summary>The last key that is there; null in an empty table.</summary>
    ValueTask<object?[]?> LastKeyAsync(PortableTable table, CancellationToken cancellationToken);

    /// <summary>Removes the rows of all tables.</summary>
    ValueTask ClearAsync(CancellationToken cancellationToken);

    /// <summary>What stands in <see cref="TransferMark"/>'s document; null when there is none.</summary>
    ValueTask<string?> ReadMarkAsync(CancellationToken cancellationToken);

    /// <param name="json">Null removes it.</param>
    ValueTask WriteMarkAsync(string? json, CancellationToken cancellationToken);
}
