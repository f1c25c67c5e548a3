using Weir.Agent.Folders;
using Weir.Contracts.Statuses;

namespace Weir.Agent.Artifacts;

/// <summary>
/// A path below the workspace as a step declares it: <c>*</c> and <c>?</c> stand for characters within a name,
/// <c>**</c> for any number of folders.
/// </summary>
internal sealed class ArtifactPath
{
    private const int MaxLength = 4096;
    private readonly string[] _pattern;

    private ArtifactPath(string[] segments, bool folder)
    {
        var fixedCount = Array.FindIndex(segments, IsPattern);
        Fixed = fixedCount < 0 ? segments : segments[..fixedCount];
        _pattern = fixedCount < 0 ? [] : segments[fixedCount..];
        MustBeFolder = folder;
    }

    /// <summary>The names before the first that holds a wildcard; all names when there is none.</summary>
    public IReadOnlyList<string> Fixed { get; }

    public bool HasPattern => _pattern.Length > 0;

    public bool MustBeFolder { get; }

    /// <summary>A path that is absolute or climbs is a <see cref="StepException"/>.</summary>
    public static ArtifactPath Parse(string text)
    {
        if (text.Length is 0 or > MaxLength || text.Contains('\0', StringComparison.Ordinal))
        {
            throw Wrong(text, "is no path");
        }

        if (text[0] is '/' or '~') throw Wrong(text, "is absolute; give a path within the workspace");
        var segments = text.Split('/').Where(segment => segment is not ("" or ".")).ToArray();
        if (segments.Contains("..")) throw Wrong(text, "leads out of the workspace");
        return new ArtifactPath(segments, text[^1] == '/' && !segments.Any(IsPattern));
    }

    /// <summary>True when these names, below the fixed part, are what the pattern asks for.</summary>
    public bool Matches(ReadOnlySpan<string> names) => Matches(_pattern, names);

    public static StepException Wrong(string path, string what) =>
        new(ReasonCode.Artifact, $"path '{path}' {what}");

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> names)
    {
        if (pattern.IsEmpty) return names.IsEmpty;
        if (pattern[0] == "**")
        {
            return Matches(pattern[1..], names) || (!names.IsEmpty && Matches(pattern, names[1..]));
        }

        return !names.IsEmpty && MatchesName(pattern[0], names[0]) && Matches(pattern[1..], names[1..]);
    }

    // Linear in practice: on a mismatch only the last * gives up one more character.
    private static bool MatchesName(string pattern, string name)
    {
        var (at, star, mark) = (0, -1, 0);
        for (var i = 0; i < name.Length;)
        {
            if (at < pattern.Length && (pattern[at] == '?' || (pattern[at] == name[i] && pattern[at] != '*')))
            {
                at++;
                i++;
            }
            else if (at < pattern.Length && pattern[at] == '*')
            {
                star = at++;
                mark = i;
            }
            else if (star >= 0)
            {
                at = star + 1;
                i = ++mark;
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(at).TrimStart('*').IsEmpty;
    }

    private static bool IsPattern(string segment) => segment.AsSpan().ContainsAny('*', '?');
}
