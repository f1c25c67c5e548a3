namespace Weir.Engine.Definitions.Formats;

/// <summary>Gives foreign names a valid form of which no two are equal.</summary>
internal sealed class UniqueNames(params string[] taken)
{
    private readonly HashSet<string> _taken = [.. taken];

    /// <summary>For a step; <paramref name="otherwise"/> when nothing of the name is left.</summary>
    public string Step(string foreign, string otherwise) =>
        Unique(FlowName.Slug(foreign) ?? otherwise, FlowName.MaxLength);

    /// <summary>For an artifact: more letters are allowed.</summary>
    public string Artifact(string foreign) => Unique(ArtifactName(foreign), 128);

    /// <summary>The valid form of an artifact's name, whatever other names there are.</summary>
    public static string ArtifactName(string foreign)
    {
        var letters = foreign.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-');
        var name = string.Concat(letters).TrimStart('.', '_', '-');
        return name.Length == 0 ? "files" : name.Length > 120 ? name[..120] : name;
    }

    private string Unique(string name, int longest)
    {
        var unique = name;
        for (var n = 2; !_taken.Add(unique); n++)
        {
            var tail = $"-{n}";
            unique = name.Length + tail.Length > longest ? name[..(longest - tail.Length)] + tail : name + tail;
        }

        return unique;
    }
}
