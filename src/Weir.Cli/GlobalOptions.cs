using System.CommandLine;
using Weir.Cli.Output;

namespace Weir.Cli;

/// <summary>Options that mean the same at every verb.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Context { get; } = new("--context")
    {
        Description = "The context to use, in place of the current one.", HelpName = "NAME", Recursive = true,
    };

    public Option<string?> Address { get; } = new("--addr")
    {
        Description = "The controller's address, or several with commas; beats WEIR_ADDR and the context.", HelpName = "URL", Recursive = true,
    };

    public Option<string?> Token { get; } = new("--token")
    {
        Description = "The token to use; beats WEIR_TOKEN (which no process list shows) and the context.",
        HelpName = "TOKEN", Recursive = true,
    };

    public Option<string?> Namespace { get; } = new("--namespace", "-n")
    {
        Description = "The namespace; the token's own unless given.", HelpName = "NAME", Recursive = true,
    };

    public Option<OutputFormat> Format { get; } = new("--output", "-o")
    {
        Description = "How to print: table, json, yaml or ndjson.", HelpName = "FORMAT", Recursive = true,
        CustomParser = Choices.One<OutputFormat>,
    };

    public Option<bool> NoColor { get; } = new("--no-color")
    {
        Description = "No colour; also by NO_COLOR, and off a terminal.", Recursive = true,
    };

    public IReadOnlyList<Option> All => [Context, Address, Token, Namespace, Format, NoColor];
}
