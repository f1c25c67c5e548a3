using System.Text;
using Weir.Contracts.Client;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Testing;

namespace Weir.Tests.EndToEnd;

/// <summary>The commands that move state, on the real executable.</summary>
public sealed class MigrateTests
{
    private const string Flow =
        """
        name: keep
        runtime: process
        steps:
          - name: one
            secrets: [WORD]
            commands: ['echo said; echo content > kept.txt; test "$WORD" = s3cret-word']
            artifacts: [{ name: kept, path: kept.txt }]
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_system_goes_to_postgres_and_back_with_its_runs_logs_artifacts_secrets_and_tokens()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync();
        await using var weir = new WeirProcess();
        var shared = Path.Combine(weir.Folder, "shared");
        string token;
        await using (var first = await Served.StartAsync(weir))
        {
            await first.Client.Secrets.SetAsync("WORD", "s3cret-word", Token);
            token = first.Token;
            await first.RunAsync(1);
            var refused = await weir.RunAsync("migrate", "--from", "sqlite", "--to", "postgres", "--database", database);
            Assert.Equal(1, refused.Code);
            Assert.Contains("in use by process", refused.Error, StringComparison.Ordinal);
        }

        var there = await weir.RunAsync(
            "migrate", "--from", "sqlite", "--to", "postgres", "--database", database, "--shared-data-dir", shared);
        Assert.True(there.Code == 0, there.Error);
        await using (var second = await Served.StartAsync(weir, "--database", database, "--shared-data-dir", shared))
        {
            Assert.Equal(token, second.Token);
            await second.RequireAsync(1);
            await second.RunAsync(2);
            var refused = await weir.RunAsync(
                "migrate", "--from", "postgres", "--to", "sqlite", "--database", database, "--shared-data-dir", shared,
                "--data-dir", Path.Combine(weir.Folder, "other"));
            Assert.Contains("a controller uses the database", refused.Error, StringComparison.Ordinal);
        }

        var taken = await weir.RunAsync(
            "migrate", "--from", "postgres", "--to", "sqlite", "--database", database, "--shared-data-dir", shared);
        Assert.Contains("already", taken.Error, StringComparison.Ordinal);
        MoveAway(weir.Data);
        var back = await weir.RunAsync(
            "migrate", "--from", "postgres", "--to", "sqlite", "--database", database, "--shared-data-dir", shared);
        Assert.True(back.Code == 0, back.Error);
        await using (var third = await Served.StartAsync(weir))
        {
            Assert.Equal(token, third.Token);
            await third.RequireAsync(1);
            await third.RequireAsync(2);
            await third.RunAsync(3);
        }

        await server.DropAsync(database);
    }

    [Fact]
    public async Task A_backup_taken_under_load_is_whole_on_the_other_backend()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync();
        await using var weir = new WeirProcess();
        await using var elsewhere = new WeirProcess();
        var backup = Path.Combine(weir.Folder, "backup");
        var before = 0;
        await using (var served = await Served.StartAsync(weir))
        {
            await served.Client.Secrets.SetAsync("WORD", "s3cret-word", Token);
            using var enough = new CancellationTokenSource();
            var load = served.LoadAsync(done => before = done, enough.Token);
            await Eventually.HoldsAsync(() => before >= 3, "three runs ended", TimeSpan.FromSeconds(60));
            var (acknowledged, taken) = (before, await weir.RunAsync("backup", backup, "--with-key"));
            Assert.True(taken.Code == 0, taken.Error);
            await Eventually.HoldsAsync(() => before > acknowledged, "runs go on", TimeSpan.FromSeconds(60));
            await enough.CancelAsync();
            await load;
            before = acknowledged;
        }

        var restored = await elsewhere.RunAsync("restore", backup, "--database", database);
        Assert.True(restored.Code == 0, restored.Error);
        await using (var served = await Served.StartAsync(elsewhere, "--database", database))
        {
            for (var number = 1; number <= before; number++) await served.RequireAsync(number);
            await served.RequireWholeAsync();
            await served.RunAsync(null);
        }

        var again = await elsewhere.RunAsync("restore", backup, "--database", database);
        Assert.Equal(1, again.Code);
        Assert.Contains("already", again.Error, StringComparison.Ordinal);
        await RefusesDamaged(backup, elsewhere);
        await server.DropAsync(database);
    }

    private static async Task RefusesDamaged(string backup, WeirProcess weir)
    {
        var rows = Path.Combine(backup, "rows", "events.ndjson");
        var text = await File.ReadAllTextAsync(rows, Token);
        await File.WriteAllTextAsync(rows, text.Replace("run.started", "run.ended", StringComparison.Ordinal), Token);
        var damaged = await weir.RunAsync("restore", backup, "--data-dir", Path.Combine(weir.Folder, "third"));
        Assert.Equal(1, damaged.Code);
        Assert.Contains("not as it was written", damaged.Error, StringComparison.Ordinal);
    }

    /// <summary>As the person does who goes back: what was there first is kept beside.</summary>
    private static void MoveAway(string data)
    {
        var aside = Directory.CreateDirectory(data + "-old").FullName;
        foreach (var name in (string[])["weir.db", "logs", "blobs"])
            Directory.Move(Path.Combine(data, name), Path.Combine(aside, name));
    }

    /// <summary>A controller and its agent, as processes.</summary>
    private sealed class Served : IAsyncDisposable
    {
        private readonly HttpClient _http = new();
        private readonly BackgroundProcess _process;

        private Served(BackgroundProcess process, string address, string token)
        {
            (_process, Token) = (process, token);
            Client = new WeirClient(_http, new WeirClientOptions(new Uri(address)) { Token = token });
        }

        public string Token { get; }

        public WeirClient Client { get; }

        public static async Task<Served> StartAsync(WeirProcess weir, params string[] place)
        {
            var process = weir.Spawn(["up", "--quiet", "--port", "0", .. place]);
            Weir.Cli.Hosting.PidFile? up = null;
            await Eventually.HoldsAsync(
                () => process.HasEnded || (up = Weir.Cli.Hosting.PidFile.ReadAlive(weir.Data)) is not null,
                "it serves", TimeSpan.FromSeconds(60));
            Assert.False(process.HasEnded, process.Printed);
            var token = await File.ReadAllTextAsync(
                Path.Combine(weir.Data, "admin.token"), TestContext.Current.CancellationToken);
            return new Served(process, up!.Address, token.Trim());
        }

        /// <param name="number">What the run must be; null = any.</param>
        public async Task RunAsync(int? number)
        {
            var started = await Client.Runs.StartAsync(new StartRunRequest { Definition = Flow });
            var last = started.Run;
            await foreach (var run in Client.Runs.WatchAsync(started.Run.Id)) last = run;
            Assert.True(last.Status == RunStatus.Success, $"{last.Status} {last.Message}");
            if (number is not null) Assert.Equal($"keep#{number}", last.Handle);
        }

        public async Task LoadAsync(Action<int> done, CancellationToken enough)
        {
            for (var number = 1; !enough.IsCancellationRequested; number++)
            {
                await RunAsync(number);
                done(number);
            }
        }

        public async Task RequireAsync(int number)
        {
            var run = await Client.Runs.GetAsync($"keep#{number}");
            Assert.Equal(RunStatus.Success, run.Status);
            var log = await Client.Logs.ReadAsync(run.Id, "one", null, MigrateTests.Token);
            Assert.Equal("said\n", Encoding.UTF8.GetString(log.Bytes.Span));
            Assert.NotEmpty((await Client.Nodes.ListSubtreeAsync(run.Node!)).Items);
            await RequireArtifactsAsync(run);
        }

        /// <summary>Whatever a run names is there.</summary>
        public async Task RequireWholeAsync()
        {
            foreach (var run in (await Client.Runs.ListAsync()).Items) await RequireArtifactsAsync(run);
        }

        public async ValueTask DisposeAsync()
        {
            await _process.EndAsync();
            await _process.DisposeAsync();
            _http.Dispose();
        }

        private async Task RequireArtifactsAsync(RunView run)
        {
            foreach (var artifact in (await Client.Artifacts.ListAsync(run.Id)).Items)
            {
                await using var content = await Client.Artifacts.DownloadAsync(
                    run.Id, artifact.Step, artifact.Name, "kept.txt");
                using var text = new StreamReader(content);
                Assert.Equal("content\n", await text.ReadToEndAsync(MigrateTests.Token));
            }
        }
    }
}
