using System.Globalization;
using System.Reflection;

namespace Weir.Controller.Storage;

/// <summary>
/// One step of a schema, from the embedded file <c>BACKEND/Migrations/0001_name.sql</c>. Forward only.
/// </summary>
internal sealed record Migration(int Number, string Sql)
{
    public static IReadOnlyList<Migration> Sqlite { get; } = ReadEmbedded("Sqlite");

    public static IReadOnlyList<Migration> Postgres { get; } = ReadEmbedded("Postgres");

    private static List<Migration> ReadEmbedded(string backend)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var prefix = $"{typeof(Migration).Namespace}.{backend}.Migrations.";
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => new Migration(NumberOf(name[prefix.Length..]), Read(assembly, name)))
            .OrderBy(migration => migration.Number)];
    }

    private static int NumberOf(string file) =>
        int.Parse(file.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture);

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
