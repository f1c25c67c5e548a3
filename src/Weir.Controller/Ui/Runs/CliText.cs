using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Contracts.Runs;

namespace Weir.Controller.Ui.Runs;

/// <summary>Commands to paste into a shell that do what a page shows.</summary>
public static partial class CliText
{
    /// <summary>Starts the same again.</summary>
    public static string StartOf(RunView run)
    {
        if (run.Revision is not { } revision) return $"weir run get {Quote(run.Handle)}";
        var given = run.Params.Select(pair => $" -p {Quote($"{pair.Key}={Plain(pair.Value)}")}");
        return $"weir run start {Quote(run.Flow)} --revision {revision}{string.Concat(given)} --follow";
    }

    /// <summary>One word of a POSIX shell, whatever it holds.</summary>
    public static string Quote(string word) =>
        Harmless().IsMatch(word) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Plain(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    [GeneratedRegex(@"^[\w./:=@,+-]+\z", RegexOptions.ECMAScript)]
    private static partial Regex Harmless();
}
