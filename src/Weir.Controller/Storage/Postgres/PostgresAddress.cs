using Npgsql;

namespace Weir.Controller.Storage.Postgres;

/// <summary>
/// How a database is named: <c>postgres://user:password@host:port/name?sslmode=require</c>, or the keys and values of
/// Npgsql (<c>Host=…;Database=…</c>).
/// </summary>
public static class PostgresAddress
{
    /// <summary>Connections of one controller; a database takes 100 unless told otherwise.</summary>
    private const int MostConnections = 20;

    /// <summary>
    /// Npgsql's own form. Null when the text is neither; it may hold a password, so it is never shown.
    /// </summary>
    public static string? Parse(string text)
    {
        try
        {
            return text.StartsWith("postgres://", StringComparison.Ordinal)
                || text.StartsWith("postgresql://", StringComparison.Ordinal)
                    ? OfUrl(text)
                    : new NpgsqlConnectionStringBuilder(text) is { Host.Length: > 0 } settings
                        ? settings.ConnectionString
                        : null;
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Host and name of the database, without what is secret.</summary>
    public static string Describe(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var hosts = settings.Host!.Contains(',', StringComparison.Ordinal)
            ? settings.Host
            : $"{settings.Host}:{settings.Port}";
        return $"{hosts}/{settings.Database}";
    }

    /// <summary>With the limits that every connection of ours has, unless the text says others.</summary>
    internal static NpgsqlConnectionStringBuilder Complete(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        Default("Maximum Pool Size", () => settings.MaxPoolSize = MostConnections);
        Default("Timeout", () => settings.Timeout = 5);
        Default("Command Timeout", () => settings.CommandTimeout = 35);
        Default("Max Auto Prepare", () => settings.MaxAutoPrepare = 100);
        Default("Auto Prepare Min Usages", () => settings.AutoPrepareMinUsages = 2);
        Default("Keepalive", () => settings.KeepAlive = 10);
        Default("Application Name", () => settings.ApplicationName = "weir");
        Default("Options", () => settings.Options =
            "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=30000");
        return settings;

        void Default(string key, Action set)
        {
            if (!settings.ShouldSerialize(key)) set();
        }
    }

    private static string? OfUrl(string text)
    {
        var cut = text.IndexOf('?', StringComparison.Ordinal);
        var (address, query) = cut < 0 ? (text, "") : (text[..cut], text[(cut + 1)..]);
        address = address[(address.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var settings = new NpgsqlConnectionStringBuilder();
        if (address.LastIndexOf('@') is >= 0 and var at)
        {
            var user = address[..at].Split(':', 2);
            settings.Username = Uri.UnescapeDataString(user[0]);
            if (user.Length == 2) settings.Password = Uri.UnescapeDataString(user[1]);
            address = address[(at + 1)..];
        }

        var parts = address.Split('/', 2);
        if (parts.Length == 2 && parts[1].Length > 0) settings.Database = Uri.UnescapeDataString(parts[1]);
        settings.Host = Uri.UnescapeDataString(parts[0]);
        if (!parts[0].Contains(',') && parts[0].Split(':') is [var host, var number] && int.TryParse(number, out var port))
            (settings.Host, settings.Port) = (Uri.UnescapeDataString(host), port);
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = pair.Split('=', 2) is [var name, var given] ? (name, given) : (pair, "");
            settings[NameOf(Uri.UnescapeDataString(key))] = Uri.UnescapeDataString(value);
        }

        return settings.Host.Length > 0 ? settings.ConnectionString : null;
    }

    /// <summary>libpq's spellings where Npgsql has others.</summary>
    private static string NameOf(string key) => key switch
    {
        "sslmode" => "SSL Mode",
        "sslrootcert" => "Root Certificate",
        "sslcert" => "SSL Certificate",
        "sslkey" => "SSL Key",
        "connect_timeout" => "Timeout",
        "application_name" => "Application Name",
        "target_session_attrs" => "Target Session Attributes",
        _ => key,
    };
}
