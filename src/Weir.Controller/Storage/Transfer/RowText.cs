using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weir.Controller.Storage.Transfer;

/// <summary>A row as one line of text: a JSON array. The same row is always the same bytes.</summary>
internal static class RowText
{
    private static readonly JsonWriterOptions Options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void Write(IBufferWriter<byte> to, object?[] row)
    {
        using (var json = new Utf8JsonWriter(to, Options))
        {
            json.WriteStartArray();
            foreach (var value in row)
            {
                if (value is long number) json.WriteNumberValue(number);
                else json.WriteStringValue((string?)value);
            }

            json.WriteEndArray();
        }

        to.Write("\n"u8);
    }

    /// <exception cref="JsonException">The line is no row of that table.</exception>
    public static object?[] Read(ReadOnlySpan<byte> line, PortableTable table)
    {
        var json = new Utf8JsonReader(line);
        var row = new object?[table.Columns.Count];
        json.Read();
        for (var i = 0; i < row.Length; i++)
        {
            json.Read();
            row[i] = json.TokenType switch
            {
                JsonTokenType.Null => null,
                JsonTokenType.String when table.Columns[i].IsText => json.GetString(),
                JsonTokenType.Number when !table.Columns[i].IsText => json.GetInt64(),
                var other => throw new JsonException($"{table.Name}.{table.Columns[i].Name} is a {other}"),
            };
        }

        return json.Read() && json.TokenType == JsonTokenType.EndArray
            ? row
            : throw new JsonException($"a row of {table.Name} has other columns");
    }
}

/// <summary>How many rows, and the digest of their lines in the order of their keys.</summary>
public sealed record TableDigest(long Rows, string Sha256)
{
    internal static async Task<TableDigest> OfAsync(
        IRowSource source, PortableTable table, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var lines = new ArrayBufferWriter<byte>();
        var rows = 0L;
        await foreach (var page in Pages.OfAsync(source, table, null, cancellationToken))
        {
            foreach (var row in page) RowText.Write(lines, row);
            hash.AppendData(lines.WrittenSpan);
            lines.ResetWrittenCount();
            rows += page.Count;
        }

        return new TableDigest(rows, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    internal static async Task<IReadOnlyDictionary<string, TableDigest>> OfAllAsync(
        IRowSource source, CancellationToken cancellationToken)
    {
        var digests = new Dictionary<string, TableDigest>(StringComparer.Ordinal);
        foreach (var table in PortableTable.All)
            digests[table.Name] = await OfAsync(source, table, cancellationToken);
        return digests;
    }
}

internal static class Pages
{
    private const int Size = 1_000;

    public static async IAsyncEnumerable<IReadOnlyList<object?[]>> OfAsync(
        IRowSource source, PortableTable table, object?[]? after,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await source.ReadAsync(table, after, Size, cancellationToken);
            if (page.Count > 0) yield return page;
            if (page.Count < Size) yield break;
            after = table.KeyOf(page[^1]);
        }
    }
}
