using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Weir.Controller.Hosting;
using Weir.Engine.Storage;
using Weir.Testing;

namespace Weir.Tests.Features;

public sealed class SelfCheckTests
{
    [Fact]
    public async Task It_asks_the_store_at_once_and_every_period_and_tells_of_silence()
    {
        var time = new ManualTime();
        var documents = new SilentDocuments();
        var log = new KeptLog();
        var options = new ControllerOptions
        {
            DataFolder = Path.GetTempPath(), Time = time, SelfCheck = TimeSpan.FromMinutes(5),
        };
        using var stop = new CancellationTokenSource();
        var running = new SelfCheck(documents, options, log).RunAsync(stop.Token);
        Assert.Equal(1, documents.Asked);
        Assert.Empty(log.Errors);

        documents.IsSilent = true;
        time.Advance(TimeSpan.FromMinutes(5));
        await Eventually.HoldsAsync(() => documents.Asked == 2, "asked again");
        await Eventually.HoldsAsync(() => log.Errors.Count == 1, "told");
        Assert.Contains("the store does not answer", Assert.Single(log.Errors), StringComparison.Ordinal);

        documents.IsSilent = false;
        time.Advance(TimeSpan.FromMinutes(5));
        await Eventually.HoldsAsync(() => documents.Asked == 3, "goes on after a failure");
        await stop.CancelAsync();
        await running;
    }

    private sealed class SilentDocuments : IDocumentStore
    {
        private int _asked;

        public bool IsSilent { get; set; }

        public int Asked => Volatile.Read(ref _asked);

        public ValueTask<Document?> GetAsync(string key, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return IsSilent ? throw new StoreUnavailableException("silent") : ValueTask.FromResult<Document?>(null);
        }

        public ValueTask<IReadOnlyList<Document>> ListAsync(
            string prefix, string? after, int limit, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    private sealed class KeptLog : ILogger<SelfCheck>
    {
        public ConcurrentQueue<string> Errors { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Error) Errors.Enqueue(formatter(state, exception));
        }
    }
}
