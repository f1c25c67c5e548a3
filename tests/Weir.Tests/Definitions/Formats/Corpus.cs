using System.Runtime.CompilerServices;
using System.Text.Json;
using Weir.Engine.Definitions;

namespace Weir.Tests.Definitions.Formats;

/// <summary>Files of strangers that lie beside the source on some machines; nothing of them is kept here.</summary>
internal static class Corpus
{
    public static string? Folder { get; } = Find("corpus/nosana");

    public static IReadOnlyList<string> Files { get; } =
        Folder is null ? [] : [.. Directory.GetFiles(Folder, "*.yml").Order(StringComparer.Ordinal)];

    /// <summary>Of a name such as <c>owner+repository</c>.</summary>
    public static FlowDefinition Flow(string name)
    {
        Assert.SkipWhen(Folder is null, "the corpus is not on this machine");
        return FlowText.Good(File.ReadAllText(Path.Combine(Folder!, name + ".yml")), name + ".yml");
    }

    public static string? Find(string path, [CallerFilePath] string here = "")
    {
        for (var folder = Path.GetDirectoryName(here); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var found = Path.Combine(folder, "..", "shared", path);
            if (Path.Exists(found)) return found;
        }

        return null;
    }

    /// <summary>The native form of a file reads as the same flow.</summary>
    public static void AssertRoundTrip(string text, string? file)
    {
        var native = FlowReader.Convert(text, file);
        Assert.True(native.Text is not null, string.Join('\n', native.Problems));
        var again = FlowReader.Read(native.Text, "weir.yml");
        Assert.True(again.Flow is not null, string.Join('\n', again.Problems) + "\n" + native.Text);
        Assert.Equal(
            JsonSerializer.Serialize(FlowReader.Read(text, file).Flow), JsonSerializer.Serialize(again.Flow));
    }
}
