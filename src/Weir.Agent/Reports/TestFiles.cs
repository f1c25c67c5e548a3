using Weir.Agent.Artifacts;
using Weir.Agent.Folders;
using Weir.Contracts.Runs;

namespace Weir.Agent.Reports;

/// <summary>The JUnit files of a workspace, once all processes of the step are gone. Links are not followed.</summary>
internal static class TestFiles
{
    /// <summary>Null when the path names no file.</summary>
    public static TestReport? Read(string workspace, string path)
    {
        var reader = new JunitReader();
        var files = Find(workspace, path, reader);
        if (files is null) return reader.Report is { Problems.Count: > 0 } told ? told : null;
        if (files.Count > JunitReader.MaxFiles)
            reader.Tell($"only the first {JunitReader.MaxFiles} of {files.Count} files were read");
        foreach (var (file, name) in files.Take(JunitReader.MaxFiles)) Add(reader, file, name);
        return reader.Report;
    }

    private static List<(FileInfo File, string Name)>? Find(string workspace, string path, JunitReader reader)
    {
        try
        {
            var found = ArtifactFinder.Find(workspace, path);
            return found?.Where(file => file.Entry is FileInfo && !FolderTree.IsLink(file.Entry))
                .Select(file => ((FileInfo)file.Entry, file.Name)).ToList();
        }
        catch (StepException e)
        {
            reader.Tell(e.Message);
            return null;
        }
    }

    private static void Add(JunitReader reader, FileInfo file, string name)
    {
        if (file.Length > JunitReader.MaxFileBytes)
        {
            reader.Tell($"{name} is larger than {JunitReader.MaxFileBytes >> 20} MiB");
            return;
        }

        try
        {
            using var content = file.OpenRead();
            reader.Add(name, content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reader.Tell($"{name}: {e.Message}");
        }
    }
}
