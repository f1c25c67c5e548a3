using System.Text;
using Weir.Engine.Runtimes;

namespace Weir.Runtimes.Steps;

/// <summary>
/// What the gate shell is given to read when its gate opens. It is one compound command, so the shell has read all of
/// it before any of it runs and a command's <c>set -v</c> shows nothing of it. It comes through a pipe, so neither the
/// environment (secrets) nor the nonce are ever in a file, an argument or an exported variable.
/// </summary>
internal static class GateText
{
    /// <summary>The descriptor that a shell reads it from which inherits its gate.</summary>
    public const string Source = "/dev/fd/3";
    private const string Workspace = "WEIR_WORKSPACE";

    /// <summary>Throws <see cref="RuntimeException"/> for names and values that no shell can take.</summary>
    public static string Write(GateScript script, GatePlaces places, MarkerFormat markers)
    {
        var text = new StringBuilder("{ exec 3<&-\n");
        foreach (var (name, value) in script.Env)
        {
            Check(name, value);
            text.Append("export ").Append(name).Append('=').Append(Quote(value)).Append('\n');
        }

        text.Append("export WEIR_OUTPUT=").Append(Quote(places.Output)).Append('\n');
        text.Append("export WEIR_MASK=").Append(Quote(places.Masks)).Append('\n');
        if (places.Workspace is { } workspace && script.Env.ContainsKey(Workspace))
        {
            text.Append("export ").Append(Workspace).Append('=').Append(Quote(workspace)).Append('\n');
        }

        text.Append("cd ").Append(Quote(places.Workdir)).Append(" || exit 126\n");
        for (var index = 0; index < script.Commands.Count; index++) AppendCommand(text, index, places, markers);
        return text.Append("}\n").ToString();
    }

    /// <summary>
    /// The file of a command. The mark before it had to turn a user's tracing off; it is turned on again in here, where
    /// nothing but the user's own commands is traced.
    /// </summary>
    public static string CommandFile(int index, string command) =>
        index == 0 ? command + "\n" : "set \"${WEIR_TRACE}x\"; " + command + "\n";

    private static void AppendCommand(StringBuilder text, int index, GatePlaces places, MarkerFormat markers)
    {
        if (index > 0)
        {
            text.Append("{ WEIR_STATUS=$?; case $- in *x*) WEIR_TRACE=-;; *) WEIR_TRACE=+;; esac; set +x\n");
        }

        text.Append(markers.ShellText(index, index > 0, Quote(places.Stdout))).Append('\n');
        text.Append(markers.ShellText(index, index > 0, Quote(places.Stderr))).Append('\n');
        text.Append(index > 0 ? "} 2>/dev/null\n" : "set -e\n");
        text.Append(". ").Append(Quote(places.Command(index))).Append('\n');
    }

    private static string Quote(string text) => "'" + text.Replace("'", @"'\''", StringComparison.Ordinal) + "'";

    private static void Check(string name, string value)
    {
        var isName = name.Length > 0 && !char.IsAsciiDigit(name[0])
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
        if (!isName) throw Refused($"environment variable '{name}' has a name that a shell cannot set");
        if (value.Contains('\0', StringComparison.Ordinal)) throw Refused($"environment variable {name} holds a NUL");
    }

    private static RuntimeException Refused(string message) => new(message) { UserFault = true };
}
