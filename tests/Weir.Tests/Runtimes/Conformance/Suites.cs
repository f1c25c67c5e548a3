namespace Weir.Tests.Runtimes.Conformance;

public sealed class FakeCommands : CommandConformance<FakeSubject>;

public sealed class FakeEnvironment : EnvironmentConformance<FakeSubject>;

public sealed class FakeOutput : OutputConformance<FakeSubject>;

public sealed class FakeEnding : EndingConformance<FakeSubject>;

public sealed class ProcessCommands : CommandConformance<ProcessSubject>;

public sealed class ProcessEnvironment : EnvironmentConformance<ProcessSubject>;

public sealed class ProcessOutput : OutputConformance<ProcessSubject>;

public sealed class ProcessEnding : EndingConformance<ProcessSubject>;

public sealed class SharedUserProcessCommands : CommandConformance<SharedUserProcessSubject>;

public sealed class SharedUserProcessEnvironment : EnvironmentConformance<SharedUserProcessSubject>;

public sealed class SharedUserProcessOutput : OutputConformance<SharedUserProcessSubject>;

public sealed class SharedUserProcessEnding : EndingConformance<SharedUserProcessSubject>;

public sealed class DockerCommands : CommandConformance<DockerSubject>;

public sealed class DockerEnvironment : EnvironmentConformance<DockerSubject>;

public sealed class DockerOutput : OutputConformance<DockerSubject>;

public sealed class DockerEnding : EndingConformance<DockerSubject>;
