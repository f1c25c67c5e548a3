using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Weir.Cli.Hosting;

/// <summary>The log of controllers and agents: one line each on the error stream, so that results stay apart.</summary>
internal static class HostLogging
{
    public static Action<ILoggingBuilder> At(LogLevel level, TimeProvider time) => logging =>
    {
        logging.SetMinimumLevel(level);
        logging.AddConsole(console =>
        {
            console.FormatterName = LineFormatter.Key;
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        logging.Services.AddSingleton<ConsoleFormatter>(new LineFormatter(time));
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // a start that failed is told once, by the command
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
    };
}
