namespace Weir.Cli.Hosting;

/// <summary>An agent's folder, locked for as long as the agent runs.</summary>
internal sealed class AgentFolder : IDisposable
{
    private readonly FileStream _lock;

    private AgentFolder(FileStream held) => _lock = held;

    public static AgentFolder Open(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            return new AgentFolder(
                new FileStream(
                    Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException held)
        {
            throw new CliException(
                ExitCodes.Conflict, $"the folder {path} is in use by another agent; give `--data-dir` another", held);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new CliException(ExitCodes.Error, $"the folder {path} cannot be written: {refused.Message}", refused);
        }
    }

    public void Dispose() => _lock.Dispose();
}
