using Weir.Contracts.AgentProtocol;
using Weir.Engine.Security;

namespace Weir.Engine.Runtimes;

/// <summary>
/// Executes steps: one container (or process tree) per attempt. Thread-safe. Order for one attempt: create → open gate
/// → read output until both streams end, while awaiting exit → dispose. Create leaves the container started and blocked
/// at its gate, so that opening it costs next to nothing.
/// </summary>
public interface IContainerRuntime
{
    /// <summary><c>process</c>, <c>docker</c>, <c>fake</c> …</summary>
    string Name { get; }

    RuntimeCapabilities Capabilities { get; }

    /// <summary>Throws <see cref="RuntimeException"/> when it cannot be made; nothing is left behind then.</summary>
    Task<IStepContainer> CreateAsync(ContainerSpec spec, CancellationToken cancellationToken);

    /// <summary>
    /// Takes up a container of an earlier life of this agent, or null when it is gone or cannot outlive its agent. Its
    /// output is read again from the beginning.
    /// </summary>
    Task<IStepContainer?> AdoptAsync(ContainerSpec spec, CancellationToken cancellationToken);

    /// <summary>
    /// Kills and removes all of this agent's leftovers except what belongs to <paramref name="keep"/>; touches nothing
    /// else.
    /// </summary>
    Task SweepAsync(IReadOnlyList<ContainerSpec> keep, CancellationToken cancellationToken);

    /// <summary>
    /// Whether a folder that this agent has mounted is there for the runtime's steps too: an engine may look at the
    /// machine's files from elsewhere.
    /// </summary>
    Task<bool> SeesAsync(string folder, CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>
    /// A step will perhaps be created soon. A runtime whose containers take long to start begins to make one, blocked
    /// at its gate, for the <see cref="CreateAsync"/> with the same key; others do nothing. Returns at once, never
    /// fails.
    /// </summary>
    void Prepare(StepForecast forecast)
    {
    }

    /// <summary>
    /// Waits until what was begun for the step's key is ready: before that, the workspace named to it must not be
    /// moved.
    /// </summary>
    Task SettleAsync(ContainerSpec spec, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The step will not be created: what was prepared for it, if it was, is thrown away.</summary>
    void Discard(string key)
    {
    }
}

/// <summary>What a runtime can do; a conformance test that needs more is skipped visibly.</summary>
[Flags]
public enum RuntimeCapabilities
{
    None = 0,

    /// <summary>Runs real commands.</summary>
    Commands = 1,

    /// <summary>Steps have an image of their own.</summary>
    Images = 2,

    /// <summary>A step outlives its agent and can be adopted.</summary>
    Adoption = 4,

    /// <summary>Limits of memory and processes hold.</summary>
    Limits = 8,

    /// <summary>Steps run as another user than the agent and than each other.</summary>
    OwnUser = 16,

    /// <summary><c>network: none</c> holds.</summary>
    NoNetwork = 32,

    /// <summary>Uses neither folder of a <see cref="ContainerSpec"/>: they need not exist.</summary>
    NoFolders = 64,
}

/// <summary>One attempt to execute.</summary>
/// <param name="Id">Unique and stable for the attempt: <c>run-step-attempt</c>; names containers and folders.</param>
/// <param name="Folder">Private folder of the attempt at the agent: script, gate, output files. The runtime makes it
/// when it needs it.</param>
/// <param name="Workspace">Folder that the step works in.</param>
public sealed record ContainerSpec(string Id, string Folder, string Workspace)
{
    public required StepWork Work { get; init; }

    /// <summary>For the registry of the image; null = what the runtime's own machine has.</summary>
    public RegistryLogin? Login { get; init; }

    /// <summary>The <see cref="StepForecast.Key"/> under which it may have been foreseen.</summary>
    public string? Key { get; init; }

    /// <summary>Told in a few words for people, now and then, what takes long before the container is there.</summary>
    public Action<string>? Tell { get; init; }

    /// <summary>Which of the agent's slots runs it, from 0; the process runtime has one user per slot.</summary>
    public int Slot { get; init; }

    /// <summary>
    /// The step may never run twice at once (<c>disconnect: 0s</c>): when its agent dies, it dies, and it cannot be
    /// taken up.
    /// </summary>
    public bool DiesWithAgent { get; init; }
}

/// <summary>What is known of a step before it is claimed: enough to make a container, not what it will do.</summary>
/// <param name="Key">Unique at the agent: the step of a run, whichever attempt.</param>
/// <param name="Step">What the controller foresees.</param>
/// <param name="Workspace">The folder that will be moved to the step's workspace; null when that begins empty.</param>
public sealed record StepForecast(string Key, NextStep Step, string? Workspace);

/// <summary>What becomes known only when the gate opens.</summary>
/// <param name="Env">The whole environment the step sees beyond the runtime's own basics.</param>
public sealed record GateScript(IReadOnlyList<string> Commands, IReadOnlyDictionary<string, string> Env);

public interface IStepContainer : IAsyncDisposable
{
    /// <summary>
    /// The file that the step sees as <c>WEIR_OUTPUT</c>; read it with <see cref="ReadOutputFileAsync"/>.
    /// </summary>
    string OutputFile { get; }

    /// <summary>The file that the step sees as <c>WEIR_MASK</c>; read it with <see cref="ReadMasks"/>.</summary>
    string MaskFile { get; }

    /// <summary>
    /// The image that it really runs: by digest where its registry gave one, else by the engine's id. Null for a
    /// runtime without images.
    /// </summary>
    string? Image => null;

    Task OpenGateAsync(GateScript script, CancellationToken cancellationToken);

    /// <summary>
    /// The next bytes or command marker of the step's output, in order within a stream; null when both streams have
    /// ended. One reader at a time. <see cref="OutputChunk.Bytes"/> are valid until the next call.
    /// </summary>
    ValueTask<OutputChunk?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Completes when the step's main process is gone, all output of it having been offered to the reader or not.
    /// </summary>
    Task<ContainerExit> WaitAsync(CancellationToken cancellationToken);

    /// <summary>
    /// What the step wrote to <see cref="OutputFile"/>, empty when nothing; to be called after exit. The step owns the
    /// file, so links and special files are not followed: such a file and one over <paramref name="maxBytes"/> is a
    /// <see cref="RuntimeException"/> that is the user's fault.
    /// </summary>
    Task<byte[]> ReadOutputFileAsync(int maxBytes, CancellationToken cancellationToken);

    /// <summary>
    /// What the step has written to <see cref="MaskFile"/> by now, empty when nothing; the same rules as for
    /// <see cref="ReadOutputFileAsync"/>, but cheap and asked before each chunk of output is used.
    /// </summary>
    byte[] ReadMasks(int maxBytes);

    /// <summary>
    /// Bytes of disk that the step takes: its workspace, its home, and what it changed of its image. Counts what is
    /// there; what cannot be looked at is left out.
    /// </summary>
    Task<long> MeasureDiskAsync(CancellationToken cancellationToken) => Task.FromResult(0L);

    /// <summary>
    /// Asks to stop (SIGTERM), after <paramref name="grace"/> kills the whole tree. Returns when all of it is gone.
    /// </summary>
    Task KillAsync(TimeSpan grace, CancellationToken cancellationToken);
}

/// <summary>
/// Either bytes of a stream, or a marker that a command begins or has ended at this place of both streams.
/// </summary>
public readonly record struct OutputChunk(LogStream Stream, ReadOnlyMemory<byte> Bytes)
{
    public CommandMarker? Marker { get; init; }
}

/// <summary>
/// Command <paramref name="Index"/> (from 0) begins, or has ended when <paramref name="ExitCode"/> is set.
/// </summary>
public sealed record CommandMarker(int Index, int? ExitCode);

/// <summary>How a container ended.</summary>
/// <param name="ExitCode">The exit code; 128 + signal when a signal ended it.</param>
public sealed record ContainerExit(int ExitCode)
{
    /// <summary>The kernel killed it for want of memory.</summary>
    public bool OutOfMemory { get; init; }

    /// <summary>Lost, not failed: the engine or the process vanished without an exit code.</summary>
    public string? Lost { get; init; }
}

/// <summary>The runtime could not do what was asked; <see cref="UserFault"/> tells whose fault it is.</summary>
public sealed class RuntimeException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True for an image that does not exist, a shell that is not there and the like.</summary>
    public bool UserFault { get; init; }
}
