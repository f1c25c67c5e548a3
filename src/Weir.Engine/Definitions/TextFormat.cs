using System.Text.RegularExpressions;
using Weir.Engine.Expressions;

namespace Weir.Engine.Definitions;

/// <summary>A form that texts must have.</summary>
/// <param name="Pattern">The form as far as a regular expression can tell it, for the schema too; null = none.</param>
/// <param name="Check">What is wrong with a text, as the end of a sentence; null when it is right.</param>
internal sealed record TextFormat(string? Pattern, Func<string, string?> Check)
{
    private const string IdentifierPattern = "^[A-Za-z_][A-Za-z0-9_]{0,127}$";
    private const string KeyPattern = "^[A-Za-z_][A-Za-z0-9_-]{0,62}$";
    private const string DurationPattern = "^([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?([0-9]{1,9}ms)?$";
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(366);

    public static TextFormat Name { get; } = new(FlowName.Pattern, static text =>
        FlowName.IsValid(text) ? null
        : $"`{text}` is no name: 1 to 63 lower-case letters, digits and `-`, no `-` at either end"
            + Instead(FlowName.Slug(text)));

    public static TextFormat EnvName { get; } = OfPattern(
        IdentifierPattern, "no name of an environment variable: letters, digits and `_`, no digit first");

    public static TextFormat Identifier { get; } =
        OfPattern(KeyPattern, "no name: letters, digits, `_` and `-`, a letter or `_` first");

    public static TextFormat LabelName { get; } = OfPattern(
        "^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$",
        "no name of a label: letters, digits, `.`, `_`, `-` and `/`, a letter or digit first");

    public static TextFormat ArtifactName { get; } = OfPattern(
        "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$",
        "no name of an artifact: letters, digits, `.`, `_` and `-`, a letter or digit first");

    public static TextFormat Image { get; } = OfPattern(
        "^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,511}$",
        "no image: write it as in `debian:bookworm` or `registry.example/team/tool@sha256:…`");

    public static TextFormat Program { get; } = OfPattern(
        "^[A-Za-z0-9_./][A-Za-z0-9_./+-]{0,255}$", "no program: write one name or path, as in `bash` or `/bin/sh`");

    public static TextFormat Duration { get; } = new(DurationPattern, static text => CheckDuration(text, zero: false));

    public static TextFormat DurationOrZero { get; } = new(
        DurationPattern, static text => CheckDuration(text, zero: true));

    public static TextFormat Size { get; } = new("^[0-9]+(\\.[0-9]+)?(B|KiB|MiB|GiB|TiB)$", static text =>
        ByteSize.TryParse(text, out var bytes) && bytes > 0 ? null
        : $"expected a size such as `512MiB` or `2GiB`, found `{text}`{Instead(ByteSize.Suggest(text))}");

    public static TextFormat WorkspaceFile { get; } = new(null, WorkspacePath.ProblemOf);

    public static TextFormat Command { get; } = new(null, static text =>
        string.IsNullOrWhiteSpace(text) ? "the command is empty"
        : text.Contains(Template.Open, StringComparison.Ordinal)
            ? "`${{ }}` never stands in a command: put the value into `env` and use it as \"$NAME\""
            : null);

    public static TextFormat MatrixValue { get; } = new(null, static text =>
        text.Any(char.IsControl) ? "a value of a matrix is one line"
        : text.Contains(Template.Open, StringComparison.Ordinal) ? "`${{ }}` never stands in a value of a matrix"
        : null);

    public static TextFormat NotBlank { get; } = new(
        null, static text => string.IsNullOrWhiteSpace(text) ? "the text is empty" : null);

    private static TextFormat OfPattern(string pattern, string otherwise)
    {
        var form = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        return new TextFormat(pattern, text => form.Match(text).Length == text.Length && text.Length > 0
            ? null
            : $"`{text}` is {otherwise}");
    }

    private static string? CheckDuration(string text, bool zero)
    {
        if (!Contracts.Text.Duration.TryParse(text, out var value))
        {
            return $"expected a duration such as `90s`, `10m` or `1h30m`, found `{text}`"
                + Instead(SuggestDuration(text));
        }

        if (value == TimeSpan.Zero && !zero) return "the duration must be longer than nothing";
        return value > LongestDuration ? $"the duration is longer than {LongestDuration.TotalDays} days" : null;
    }

    private static string? SuggestDuration(string text)
    {
        var rest = text.Trim().ToLowerInvariant();
        var digits = rest.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits == 0) return null;
        var unit = digits < 0 ? "s" : rest[digits..].Trim() switch
        {
            "sec" or "secs" or "second" or "seconds" => "s",
            "min" or "mins" or "minute" or "minutes" => "m",
            "hr" or "hrs" or "hour" or "hours" => "h",
            "day" or "days" => "d",
            var other => other,
        };
        var suggestion = (digits < 0 ? rest : rest[..digits]) + unit;
        return Contracts.Text.Duration.TryParse(suggestion, out _) ? suggestion : null;
    }

    private static string Instead(string? suggestion) => suggestion is null ? "" : $": did you mean `{suggestion}`?";
}
