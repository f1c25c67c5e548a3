using Weir.Controller.Hosting;
using Weir.Controller.Storage.Postgres;
using Weir.Controller.Storage.Sqlite;

namespace Weir.Controller.Storage.Transfer;

/// <summary>Where a controller with these options keeps what.</summary>
internal static class StatePlaces
{
    /// <summary>The folder of logs, artifacts and the vault's keys.</summary>
    public static string FilesOf(ControllerOptions options) =>
        Path.GetFullPath(
            options is { Backend: StateBackend.Postgres, SharedFolder: { } shared } ? shared : options.DataFolder);

    public static string Describe(ControllerOptions options) => options.Backend == StateBackend.Postgres
        ? $"postgres {PostgresAddress.Describe(options.DatabaseConnection!)}"
        : $"sqlite {DatabaseOf(options)}";

    /// <summary>A database that no controller may use meanwhile.</summary>
    public static async Task<IRowTarget> OpenAsync(ControllerOptions options, CancellationToken cancellationToken) =>
        Required(options).Backend == StateBackend.Postgres
            ? await PostgresRows.OpenAsync(options.DatabaseConnection!, cancellationToken)
            : SqliteRows.Open(DatabaseOf(options));

    public static async Task<IRowSource> OpenSnapshotAsync(
        ControllerOptions options, CancellationToken cancellationToken) =>
        Required(options).Backend == StateBackend.Postgres
            ? await PostgresRows.OpenSnapshotAsync(options.DatabaseConnection!, cancellationToken)
            : SqliteRows.OpenSnapshot(DatabaseOf(options));

    public static string DatabaseOf(ControllerOptions options) =>
        Path.Combine(Path.GetFullPath(options.DataFolder), options.DatabaseFile);

    private static ControllerOptions Required(ControllerOptions options) => options.Backend switch
    {
        StateBackend.Dev => throw new DataDirectoryException(
            "state in memory is gone with its process: nothing can be kept of it or put into it"),
        StateBackend.Postgres when options.DatabaseConnection is null => throw new DataDirectoryException(
            "no PostgreSQL is named: give --database, or `database` in the config"),
        _ => options,
    };
}
