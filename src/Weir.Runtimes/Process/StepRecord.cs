using System.Globalization;

namespace Weir.Runtimes.Process;

/// <summary>What the next life of the agent must know to remove a step that outlived this one.</summary>
/// <param name="Id">Of the container.</param>
/// <param name="Shell">Process id of the gate shell.</param>
/// <param name="Started">When that process started, in the kernel's ticks.</param>
/// <param name="Cookie">Random text in the environment of the step's processes.</param>
/// <param name="User">The step's own user, or −1.</param>
/// <param name="Folder">The attempt's folder.</param>
internal sealed record StepRecord(string Id, int Shell, long Started, string Cookie, int User, string Folder)
{
    private const int Lines = 5;

    public void Save(string folder)
    {
        string[] lines = [Text(Shell), Text(Started), Cookie, Text(User), Folder];
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var file = new StreamWriter(Path.Combine(folder, Id), options);
        file.Write(string.Join('\n', lines));
    }

    /// <summary>The same record under another id.</summary>
    public StepRecord Rename(string folder, string id)
    {
        File.Move(Path.Combine(folder, Id), Path.Combine(folder, id), overwrite: true);
        return this with { Id = id };
    }

    public void Delete(string folder) => File.Delete(Path.Combine(folder, Id));

    /// <summary>
    /// All records in the folder. One cut short by a crash belongs to a shell that never got past its gate.
    /// </summary>
    public static IEnumerable<StepRecord> ReadAll(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            var lines = File.ReadAllText(file).Split('\n', Lines);
            if (lines.Length == Lines
                && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var shell)
                && long.TryParse(lines[1], CultureInfo.InvariantCulture, out var started)
                && int.TryParse(lines[3], CultureInfo.InvariantCulture, out var user))
            {
                yield return new StepRecord(Path.GetFileName(file), shell, started, lines[2], user, lines[4]);
            }
            else
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>
    /// What is left of the step. A process id counts only while it is the very process that was started.
    /// </summary>
    public ProcessTree Tree() =>
        new(ProcFiles.Facts(Shell) is { } facts && facts.Started == Started ? Shell : -1, Cookie) { Since = Started };

    public bool IsShellAlive() => ProcFiles.Facts(Shell) is { IsDead: false } facts && facts.Started == Started;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
