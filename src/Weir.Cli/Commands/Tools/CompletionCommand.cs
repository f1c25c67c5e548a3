using System.CommandLine;

namespace Weir.Cli.Commands.Tools;

internal static class CompletionCommand
{
    // each shell asks the program itself, so that a script never goes out of date
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            # eval "$(weir completion bash)"
            _weir() {
                local IFS=$'\n' found
                found=$(weir "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
                COMPREPLY=($(compgen -W "$found" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _weir weir

            """,
        ["zsh"] = """
            # eval "$(weir completion zsh)"
            _weir() {
                local -a found
                found=("${(@f)$(weir "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                compadd -a found
                [[ ${#found} -gt 0 ]] || _files
            }
            compdef _weir weir

            """,
        ["fish"] = """
            # weir completion fish | source
            function __weir_complete
                set -l line (commandline -cp)
                weir "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete -c weir -a '(__weir_complete)'

            """,
    };

    public static Command Create(CommandContext context)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        return context.Does(
            new Command("completion", "Print the completion script of a shell.") { shell },
            (invocation, _) =>
            {
                invocation.Host.Output.Write(Scripts[invocation.Value(shell)]);
                return Task.FromResult(ExitCodes.Ok);
            });
    }
}
