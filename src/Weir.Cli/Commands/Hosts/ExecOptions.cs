using System.CommandLine;
using Weir.Controller.Vault;

namespace Weir.Cli.Commands.Hosts;

/// <summary>The options of <c>exec</c>.</summary>
internal sealed class ExecOptions
{
    public ExecOptions() => Executor.AcceptOnlyFromAmong("process", "docker", "fake");

    public Argument<string> File { get; } = new("file")
    {
        Description = "A flow file of any format; - reads the standard input.",
    };

    public Option<string?> Executor { get; } = new("--executor")
    {
        Description = "Run every step so: process, docker or fake; as the flow says unless given.", HelpName = "NAME",
    };

    public Option<string?> Image { get; } = new("--image")
    {
        Description = "The image of steps that name none, and of the flow.", HelpName = "IMAGE",
    };

    public Option<string?> Step { get; } = new("--step")
    {
        Description = "Run this step and what it needs, nothing else.", HelpName = "STEP",
    };

    public Option<string[]> Params { get; } = new("--param", "-p")
    {
        Description = "A parameter; may be given again.", HelpName = "NAME=VALUE",
    };

    public Option<string[]> Secrets { get; } = new("--secrets")
    {
        Description = "A private EDN, JSON or YAML file whose texts are secrets; may be given again.", HelpName = "FILE",
    };

    public Option<bool> SourceAsWritten { get; } = new("--source-as-written")
    {
        Description = "Check out the flow's own source, not the working tree that the file is in.",
    };

    public Option<bool> DryRun { get; } = new("--dry-run")
    {
        Description = "Only tell what each step would do if all before it succeed, and why.",
    };

    public IReadOnlyList<Option> All => [Executor, Image, Step, Params, Secrets, SourceAsWritten, DryRun];

    public IReadOnlyList<PrivateFile> SecretFiles(Invocation invocation)
    {
        var files = (invocation.Value(Secrets) ?? [])
            .Select(file => Path.GetFullPath(Path.Combine(invocation.Host.Folder, file)))
            .ToList();
        return files.Find(file => !System.IO.File.Exists(file)) is { } missing
            ? throw CliException.Usage($"--secrets: there is no file {missing}")
            : [.. files.Select(file => new PrivateFile(file, []))];
    }
}
