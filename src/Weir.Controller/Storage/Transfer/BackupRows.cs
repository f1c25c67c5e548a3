using System.Text;
using System.Text.Json;

namespace Weir.Controller.Storage.Transfer;

/// <summary>The rows of a backup; whole once <see cref="OpenAsync"/> has returned.</summary>
internal sealed class BackupRows : IRowSource
{
    private readonly string _folder;
    private string? _open;
    private StreamReader? _lines;
    private object?[]? _last;

    private BackupRows(string folder, BackupManifest manifest) => (_folder, Manifest) = (folder, manifest);

    public BackupManifest Manifest { get; }

    /// <exception cref="DataDirectoryException">It is no backup, or not as it was written.</exception>
    public static async Task<BackupRows> OpenAsync(string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, BackupManifest.File);
        if (!File.Exists(path)) throw new DataDirectoryException($"{folder} is no backup, or none that was finished");
        var text = await File.ReadAllTextAsync(path, cancellationToken);
        var rows = new BackupRows(folder, Parse(path, text));
        if (rows.Manifest.Format != BackupManifest.Current)
        {
            throw new DataDirectoryException(
                $"{folder} has format {rows.Manifest.Format}, written by a newer version of weir: use that one");
        }

        foreach (var table in PortableTable.All)
            await rows.RequireAsync(table, rows.Manifest.Tables[table.Name], cancellationToken);
        await rows.RequireAsync(BackupManifest.FileTable, rows.Manifest.Files, cancellationToken);
        return rows;
    }

    public async ValueTask<IReadOnlyList<object?[]>> ReadAsync(
        PortableTable table, object?[]? after, int limit, CancellationToken cancellationToken)
    {
        await SeekAsync(table, after, cancellationToken);
        var page = new List<object?[]>(limit);
        while (page.Count < limit && await NextAsync(table, cancellationToken) is { } row) page.Add(row);
        if (page.Count > 0) _last = table.KeyOf(page[^1]);
        return page;
    }

    public ValueTask DisposeAsync()
    {
        _lines?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static BackupManifest Parse(string path, string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, TransferJson.Default.BackupManifest)
                ?? throw new JsonException("it is null");
        }
        catch (JsonException broken)
        {
            throw new DataDirectoryException($"{path} cannot be read: {broken.Message}");
        }
    }

    private async Task RequireAsync(PortableTable table, TableDigest expected, CancellationToken cancellationToken)
    {
        try
        {
            if (await TableDigest.OfAsync(this, table, cancellationToken) == expected) return;
        }
        catch (Exception broken) when (broken is JsonException or IOException)
        {
            throw new DataDirectoryException($"{BackupManifest.PathOf(_folder, table)} is damaged: {broken.Message}");
        }

        throw new DataDirectoryException($"{BackupManifest.PathOf(_folder, table)} is not as it was written");
    }

    /// <summary>Reads on where it stopped, or anew from the table's beginning up to that key.</summary>
    private async ValueTask SeekAsync(PortableTable table, object?[]? after, CancellationToken cancellationToken)
    {
        if (_open == table.Name && after is not null && _last is not null && after.SequenceEqual(_last)) return;
        _lines?.Dispose();
        (_open, _last) = (table.Name, after);
        _lines = new StreamReader(BackupManifest.PathOf(_folder, table), Encoding.UTF8);
        while (after is not null && await NextAsync(table, cancellationToken) is { } row)
        {
            if (table.KeyOf(row).SequenceEqual(after)) return;
        }
    }

    private async ValueTask<object?[]?> NextAsync(PortableTable table, CancellationToken cancellationToken) =>
        await _lines!.ReadLineAsync(cancellationToken) is { } line
            ? RowText.Read(Encoding.UTF8.GetBytes(line), table)
            : null;
}
