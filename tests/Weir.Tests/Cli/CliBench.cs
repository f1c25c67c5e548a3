using System.Text;
using Weir.Cli;

namespace Weir.Tests.Cli;

/// <summary>Runs the command line in this process, in folders of its own, against a fake controller.</summary>
internal sealed class CliBench : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("weir-cli-").FullName;
    public FakeApi Api { get; } = new();
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);
    public bool IsTerminal { get; init; }
    public string Input { get; init; } = "";

    public async Task<CliResult> RunAsync(params string[] arguments)
    {
        using var output = new MemoryStream();
        await using var error = new StringWriter();
        var host = new CliHost(output, error)
        {
            Input = new StringReader(Input),
            Variables = Variables,
            IsTerminal = IsTerminal,
            Folder = Folder,
            Home = Folder,
            NewHandler = () => Api,
        };
        var code = await CommandLine.RunAsync(arguments, host, CancellationToken.None);
        return new CliResult(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    public void Write(string name, string text) => File.WriteAllText(Path.Combine(Folder, name), text);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

internal sealed record CliResult(int Code, string Output, string Error);
