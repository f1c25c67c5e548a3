using Weir.Controller.Storage.Postgres;

namespace Weir.Cli.Checks;

/// <summary>Whether a controller of this version can keep its state in a PostgreSQL.</summary>
internal static class DatabaseChecks
{
    private const int OldestServed = 13;

    public static async Task<Finding> RunAsync(string address, CancellationToken cancellationToken)
    {
        if (PostgresAddress.Parse(address) is not { } connection)
        {
            return Finding.Fail(
                "database", "its address is none: postgres://user@host:5432/weir is expected", "echo $WEIR_DATABASE_URL");
        }

        var where = PostgresAddress.Describe(connection);
        var found = await PostgresProbe.LookAsync(connection, cancellationToken);
        var ask = $"psql -h {where.Split(':')[0]} -c 'SELECT version()'";
        return found switch
        {
            { Problem: { } problem } => Finding.Fail("database", $"{where}: {problem}", ask),
            { Version: < OldestServed } => Finding.Fail(
                "database", $"{where} is PostgreSQL {found.Version}; {OldestServed} is the oldest that serves", ask),
            { Schema: var schema } when schema > PostgresProbe.KnownSchema => Finding.Fail(
                "database", $"{where} has schema {schema}; this version knows {PostgresProbe.KnownSchema}", "weir version"),
            { Schema: 0 } => Finding.Ok("database", $"{where}, PostgreSQL {found.Version}, empty"),
            _ => Finding.Ok("database", $"{where}, PostgreSQL {found.Version}, schema {found.Schema}"),
        };
    }
}
