using System.Net.Sockets;
using Npgsql;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Postgres;

/// <summary>What a failure of the database means. Pure.</summary>
internal static class Faults
{
    /// <summary>
    /// The server is away, ends, or is no longer the primary: another connection may find a better one.
    /// </summary>
    public static bool IsConnectionLost(Exception failure) => failure switch
    {
        // shut down, crashed, starting, too many connections; a standby that was a primary; its disk or memory is full
        PostgresException answer => answer.SqlState[..2] is "08" or "53" or "58"
            || answer.SqlState is "57P01" or "57P02" or "57P03" or "57P05" or "25006",
        NpgsqlException or IOException or SocketException or TimeoutException => true,
        _ => false,
    };

    /// <summary>Another transaction was in the way; the same again may go through.</summary>
    public static bool IsPassing(Exception failure) =>
        failure is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.UniqueViolation
            or PostgresErrorCodes.LockNotAvailable };

    /// <summary>
    /// A broken rule of the schema or a value that cannot be stored is the caller's fault; everything else is the
    /// database's.
    /// </summary>
    public static Exception Of(Exception failure) => failure switch
    {
        StoreUnavailableException or InvalidOperationException => failure,
        PostgresException answer when answer.SqlState[..2] is "22" or "23" =>
            new InvalidOperationException($"PostgreSQL: {answer.MessageText} ({answer.SqlState})", answer),
        PostgresException answer =>
            new StoreUnavailableException($"PostgreSQL: {answer.MessageText} ({answer.SqlState})", answer),
        _ => new StoreUnavailableException($"PostgreSQL does not answer: {failure.Message}", failure),
    };
}
