using System.Collections;
using System.Text;
using Weir.Agent.Pacing;

namespace Weir.Cli;

/// <summary>What the command line sees of the process around it; tests bring their own.</summary>
internal sealed record CliHost(Stream RawOutput, TextWriter Error)
{
    /// <summary>Text on <see cref="RawOutput"/>; flushed at every write, so that both may be used.</summary>
    public TextWriter Output { get; } = new StreamWriter(RawOutput, Utf8) { AutoFlush = true, NewLine = "\n" };
    public TextReader Input { get; init; } = TextReader.Null;
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Someone watches the output: live tables and colour make sense.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public Func<int> Width { get; init; } = static () => 120;

    /// <summary>Rows of the terminal.</summary>
    public Func<int> Height { get; init; } = static () => 40;
    public string Folder { get; init; } = Directory.GetCurrentDirectory();
    public string Home { get; init; } = "/";
    public TimeProvider Time { get; init; } = BootTime.Instance;
    public Func<HttpMessageHandler> NewHandler { get; init; } = static () =>
        new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(10) };

    private static UTF8Encoding Utf8 { get; } = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Asked to end a second time: what was to be finished in peace is given up.</summary>
    public CancellationToken Impatience { get; init; }

    public static CliHost OfProcess(Interruption interruption) => new(Console.OpenStandardOutput(), Console.Error)
    {
        Input = Console.In,
        Impatience = interruption.Again,
        Variables = VariablesOfProcess(),
        IsTerminal = !Console.IsOutputRedirected
            && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"),
        Width = static () => Console.WindowWidth is > 0 and var width ? width : 120,
        Height = static () => Console.WindowHeight is > 0 and var height ? height : 40,
        Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
    };

    /// <summary>The variable's value, or null when it is not set or empty.</summary>
    public string? Setting(string name) => Variables.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    private static Dictionary<string, string> VariablesOfProcess() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!, StringComparer.Ordinal);
}
