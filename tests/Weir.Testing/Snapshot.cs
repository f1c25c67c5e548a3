using System.Runtime.CompilerServices;

namespace Weir.Testing;

/// <summary>
/// Compares text with an approved file; <c>WEIR_SNAP=1</c> rewrites the file instead, and the difference is reviewed.
/// </summary>
public static class Snapshot
{
    /// <param name="name">Of the file, below <c>Approved</c> beside the test project; or a path from the repository's
    /// root.</param>
    public static void Match(string text, string name, [CallerFilePath] string test = "")
    {
        var root = RootOf(test);
        var file = name.Contains('/', StringComparison.Ordinal)
            && Path.HasExtension(name)
            && name.StartsWith("docs/", StringComparison.Ordinal)
            ? Path.Combine(root, name)
            : Path.Combine(root, "tests", "Weir.Tests", "Approved", name);
        text = text.ReplaceLineEndings("\n");
        if (!text.EndsWith('\n')) text += "\n";
        if (Environment.GetEnvironmentVariable("WEIR_SNAP") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
            return;
        }

        if (!File.Exists(file))
            throw new SnapshotException($"{file} is not there: run the tests once with WEIR_SNAP=1 and review it");
        var approved = File.ReadAllText(file);
        if (approved != text)
            throw new SnapshotException($"{file} differs{FirstDifference(approved, text)}\nWEIR_SNAP=1 rewrites it");
    }

    private static string RootOf(string test)
    {
        var folder = Path.GetDirectoryName(test);
        while (folder is not null && !File.Exists(Path.Combine(folder, "Weir.slnx")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new SnapshotException("the repository's root was not found");
    }

    private static string FirstDifference(string approved, string actual)
    {
        var (before, after) = (approved.Split('\n'), actual.Split('\n'));
        for (var i = 0; i < Math.Max(before.Length, after.Length); i++)
        {
            var (expected, found) = (before.ElementAtOrDefault(i), after.ElementAtOrDefault(i));
            if (expected != found) return $" at line {i + 1}:\n- {expected ?? "(end)"}\n+ {found ?? "(end)"}";
        }

        return "";
    }
}

public sealed class SnapshotException(string message) : Exception(message);
