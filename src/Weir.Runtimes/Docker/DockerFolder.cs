using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Docker;

/// <summary>
/// The attempt's folder. The step sees <c>gate/</c>, which it cannot change, and <c>gate/step/</c>, which is its own.
/// The logs and what an agent must know to take the step up stay beside them, out of its sight.
/// </summary>
internal sealed record DockerFolder(string Path)
{
    /// <summary>Where a step finds it all.</summary>
    public const string Inside = "/weir";
    public const string StepInside = Inside + "/step";
    public const string OutputInside = StepInside + "/output";
    public const string MasksInside = StepInside + "/masks";
    public const string HomeInside = StepInside + "/home";
    public const string Workspace = "/workspace";
    private const int MostExitBytes = 64;
    private const uint FifoMode = 0x1B6;
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private const UnixFileMode Open = Readable | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Command = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public string Shared => In("gate");

    public string Step => System.IO.Path.Combine(Shared, "step");

    public string Gate => System.IO.Path.Combine(Shared, "gate");

    public string Events => System.IO.Path.Combine(Shared, "events");

    public string Life => System.IO.Path.Combine(Shared, "life");

    /// <summary>How the step ended, as its first process wrote it down; null when it has not.</summary>
    public DockerEnd? End
    {
        get
        {
            var text = Encoding.ASCII.GetString(
                StepFiles.ReadPlain(System.IO.Path.Combine(Step, "exit"), null, MostExitBytes));
            var words = text.Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return text.EndsWith('\n') && words.Length > 0 && int.TryParse(words[0], out var code)
                ? new DockerEnd(code, words.Length > 1)
                : null;
        }
    }

    /// <summary>
    /// Others on this machine cannot come to the folder, whose parent is private; whatever user the image has can.
    /// </summary>
    public void Create()
    {
        Directory.CreateDirectory(Path, Private);
        File.SetUnixFileMode(Path, Private);
        MakeFolder(Shared, Readable);
        MakeFolder(Step, Open);
        MakeFolder(System.IO.Path.Combine(Step, "home"), Open);
        foreach (var name in new[] { "gate", "stdout", "stderr", "events", "life", "never" })
        {
            var pipe = System.IO.Path.Combine(Shared, name);
            Posix.Check(Posix.MakeFifo(pipe, FifoMode), pipe);
            File.SetUnixFileMode(pipe, (UnixFileMode)FifoMode);
        }

        foreach (var name in new[] { "output", "masks" })
        {
            var file = System.IO.Path.Combine(Step, name);
            File.WriteAllBytes(file, []);
            File.SetUnixFileMode(file, (UnixFileMode)FifoMode);
        }
    }

    public (IStepPipe Stdout, IStepPipe Stderr) OpenStreams() =>
        (new KeptPipe(GatePlaces.StdoutIn(Shared), In("stdout.log")),
            new KeptPipe(GatePlaces.StderrIn(Shared), In("stderr.log")));

    public void WriteCommands(IReadOnlyList<string> commands) =>
        StepFiles.WriteCommands(Shared, commands, Command, _ => { });

    public byte[] ReadOutput(int maxBytes) =>
        StepFiles.ReadPlain(System.IO.Path.Combine(Step, "output"), null, maxBytes);

    public byte[] ReadMasks(int maxBytes) =>
        StepFiles.ReadPlain(System.IO.Path.Combine(Step, "masks"), null, maxBytes);

    public void Save(DockerRecord record)
    {
        var draft = In("step.draft");
        File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(record, DockerJson.Default.DockerRecord));
        File.Move(draft, In("step.json"), overwrite: true);
    }

    /// <summary>Null when no step was made here.</summary>
    public DockerRecord? Load()
    {
        try
        {
            var file = In("step.json");
            return File.Exists(file)
                ? JsonSerializer.Deserialize(File.ReadAllBytes(file), DockerJson.Default.DockerRecord)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Becomes the folder of another attempt; what has it mounted or open does not notice.</summary>
    public DockerFolder MoveTo(string path)
    {
        if (System.IO.Path.GetDirectoryName(path) is { } parent) Directory.CreateDirectory(parent, Private);
        Directory.Move(Path, path);
        return new DockerFolder(path);
    }

    /// <summary>Removes what the runtime and the step made, and the folder when nothing else is in it.</summary>
    public void Remove()
    {
        if (!Directory.Exists(Path)) return;
        FolderTree.Remove(Shared);
        foreach (var name in new[] { "stdout.log", "stderr.log", "step.json", "step.draft" }) File.Delete(In(name));
        if (!Directory.EnumerateFileSystemEntries(Path).Any()) Directory.Delete(Path);
    }

    private static void MakeFolder(string path, UnixFileMode mode)
    {
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, mode);
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}

/// <param name="Code">The exit code of the commands.</param>
/// <param name="HadOthers">Something of the step was still alive then, and was told to die.</param>
internal readonly record struct DockerEnd(int Code, bool HadOthers);

/// <summary>What a later life of the agent must know to take the step up.</summary>
/// <param name="Container">Its id in the engine.</param>
/// <param name="Nonce">Of its marks.</param>
/// <param name="Image">What it runs, by digest where there is one.</param>
internal sealed record DockerRecord(string Container, string Nonce, string? Image);

[JsonSerializable(typeof(DockerRecord))]
internal sealed partial class DockerJson : JsonSerializerContext;
