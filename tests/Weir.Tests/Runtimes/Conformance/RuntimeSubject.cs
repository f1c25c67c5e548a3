using Weir.Engine.Runtimes;
using Weir.Runtimes.Docker;
using Weir.Runtimes.Fake;
using Weir.Runtimes.Process;
using Weir.Tests.Runtimes.Docker;

namespace Weir.Tests.Runtimes.Conformance;

/// <summary>A kind of runtime that the suites are run on.</summary>
public interface IRuntimeSubject
{
    /// <summary>
    /// A runtime as an agent with that state folder would start it; twice on one folder = the agent came again.
    /// </summary>
    IContainerRuntime Start(string folder);
}

public sealed class FakeSubject : IRuntimeSubject
{
    public IContainerRuntime Start(string folder) => new FakeRuntime(TimeProvider.System);
}

/// <summary>Processes with a user per slot where the tests are root, as the agent would do it.</summary>
public sealed class ProcessSubject : IRuntimeSubject
{
    public IContainerRuntime Start(string folder) =>
        ProcessRuntime.Start(new ProcessRuntimeOptions { Folder = folder }, TimeProvider.System);
}

/// <summary>Processes with the agent's own user, as on an agent that is not root.</summary>
public sealed class SharedUserProcessSubject : IRuntimeSubject
{
    public IContainerRuntime Start(string folder) =>
        ProcessRuntime.Start(new ProcessRuntimeOptions { Folder = folder, OwnUsers = false }, TimeProvider.System);
}

/// <summary>Containers of the engine that this machine offers; without one the tests are skipped.</summary>
public sealed class DockerSubject : IRuntimeSubject
{
    public IContainerRuntime Start(string folder) =>
        DockerRuntime.Start(TestEngine.Options(folder), TimeProvider.System);
}
