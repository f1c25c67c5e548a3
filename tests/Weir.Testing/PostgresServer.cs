using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Weir.Testing;

/// <summary>
/// A PostgreSQL of this process: on a Unix socket in a folder of its own, ended with the process, however that ends (a
/// shell waits for the end of its input). As root it runs as the user <c>postgres</c>.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Script =
        """
        PATH=$(printf '%s:' /usr/lib/postgresql/*/bin)$PATH
        as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
        quiet() { "$@" < /dev/null > /dev/null 2>&1; }
        if [ "$(id -u)" = 0 ]; then chown postgres "$1"; fi
        cd "$1"
        quiet as initdb -D "$1/data" -U postgres -A trust -E UTF8 --locale=C --no-sync || { echo "initdb failed"; exit 1; }
        # folder of data, folder of the socket
        begin() {
            quiet as pg_ctl -D "$1/$3" -l "$1/log" -w -o "-k $1$4 -c listen_addresses='' -c fsync=$2 -c full_page_writes=$2 -c synchronous_commit=$2 -c shared_buffers=64MB -c max_connections=300" start
        }
        start() { begin "$1" "$2" data ""; }
        # every commit waits until the replica has it too
        follow() {
            as mkdir "$1/two" && quiet as pg_basebackup -h "$1" -U postgres -D "$1/replica" -R -X stream -c fast &&
                begin "$1" "$2" replica /two &&
                quiet as psql -h "$1" -U postgres -c "ALTER SYSTEM SET synchronous_standby_names = '*'" -c "SELECT pg_reload_conf()"
        }
        start "$1" "$2" || { echo "pg_ctl failed"; exit 1; }
        echo ready
        while read -r verb; do
            case $verb in
                kill) kill -9 $(head -n 1 "$1/data/postmaster.pid"); while quiet as pg_ctl -D "$1/data" status; do sleep 0.05; done ;;
                start) until start "$1" "$2"; do sleep 0.2; done ;;
                follow) follow "$1" "$2" || { echo "no replica"; continue; } ;;
                promote) quiet as pg_ctl -D "$1/replica" -w promote ;;
            esac
            echo done
        done
        quiet as pg_ctl -D "$1/data" -m immediate -w stop
        [ ! -d "$1/replica" ] || quiet as pg_ctl -D "$1/replica" -m immediate -w stop
        rm -rf "$1"
        """;

    private static readonly Lazy<Task<PostgresServer>> Common = new(() => StartAsync(isDurable: false));
    private readonly Process _shell;
    private readonly string _folder;
    private int _databases;

    private PostgresServer(Process shell, string folder)
    {
        _shell = shell;
        _folder = folder;
    }

    /// <summary>Null when PostgreSQL is installed here; else why tests of it are skipped.</summary>
    public static string? Missing { get; } =
        Paths().Any(folder => File.Exists(Path.Combine(folder, "initdb")))
            ? null
            : "PostgreSQL is not installed (its `initdb` is not found)";

    /// <summary>One for all tests of this process.</summary>
    public static Task<PostgresServer> SharedAsync() => Common.Value;

    /// <param name="isDurable">True when it is to be killed: then it keeps what it acknowledged.</param>
    public static async Task<PostgresServer> StartAsync(bool isDurable)
    {
        var folder = Directory.CreateTempSubdirectory("weir-pg-").FullName;
        var start = new ProcessStartInfo("/bin/sh")
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        foreach (var word in (string[])["-c", Script, "sh", folder, isDurable ? "on" : "off"])
            start.ArgumentList.Add(word);
        var shell = Process.Start(start)!;
        var said = await shell.StandardOutput.ReadLineAsync();
        return said == "ready"
            ? new PostgresServer(shell, folder)
            : throw new InvalidOperationException($"PostgreSQL does not start: {said}");
    }

    /// <summary>How to reach a database of this server.</summary>
    public string ConnectionTo(string database) =>
        new NpgsqlConnectionStringBuilder { Host = _folder, Username = "postgres", Database = database }
            .ConnectionString;

    /// <summary>A new, empty database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = "t" + Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture);
        await ExecuteAsync("postgres", $"CREATE DATABASE {name}");
        return ConnectionTo(name);
    }

    public Task DropAsync(string connection)
    {
        var name = new NpgsqlConnectionStringBuilder(connection).Database;
        return ExecuteAsync("postgres", $"DROP DATABASE {name} WITH (FORCE)");
    }

    /// <summary>
    /// As by a loss of power: what was acknowledged must be there after <see cref="StartAgainAsync"/>.
    /// </summary>
    public Task KillAsync() => TellAsync("kill");

    public Task StartAgainAsync() => TellAsync("start");

    /// <summary>Starts a replica, which from then on has whatever is acknowledged.</summary>
    public Task FollowAsync() => TellAsync("follow");

    /// <summary>The replica becomes the server that is written to; the first one must be dead.</summary>
    public Task PromoteAsync() => TellAsync("promote");

    /// <summary>How to reach a database of whichever of the two is written to.</summary>
    public string ConnectionToEither(string connection) =>
        new NpgsqlConnectionStringBuilder(connection) { Host = $"{_folder},{_folder}/two" }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }

    private static IEnumerable<string> Paths() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(
            Directory.Exists("/usr/lib/postgresql")
                ? Directory.GetDirectories("/usr/lib/postgresql").Select(folder => Path.Combine(folder, "bin"))
                : []);

    private async Task TellAsync(string verb)
    {
        await _shell.StandardInput.WriteLineAsync(verb);
        await _shell.StandardInput.FlushAsync();
        var said = await _shell.StandardOutput.ReadLineAsync();
        if (said != "done") throw new InvalidOperationException($"PostgreSQL does not {verb}: {said}");
    }

    private async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionTo(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
