using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Cli.Hosting;
using Weir.Testing;

namespace Weir.Tests.Cli;

public sealed class LineFormatterTests
{
    [Fact]
    public void An_entry_is_one_line_whatever_its_message_holds()
    {
        var time = new ManualTime();
        time.Advance(TimeSpan.FromMilliseconds(1_006));
        using var text = new StringWriter();
        var entry = new LogEntry<string>(
            LogLevel.Warning, "Weir.Agent.AgentLoop", default, "a message\nof two lines", null, (state, _) => state);

        new LineFormatter(time).Write(entry, scopeProvider: null, text);

        Assert.Equal("2026-01-01T00:00:01.006Z warn  AgentLoop: a message of two lines\n", text.ToString());
    }
}
