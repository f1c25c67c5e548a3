namespace Weir.Contracts.Runs;

/// <summary>What a step's tests came to, from its JUnit files.</summary>
public sealed record TestReport
{
    public int Tests { get; init; }

    /// <summary>An assertion did not hold.</summary>
    public int Failures { get; init; }

    /// <summary>Something else went wrong.</summary>
    public int Errors { get; init; }
    public int Skipped { get; init; }

    /// <summary>Sum of the tests' times.</summary>
    public long Milliseconds { get; init; }

    /// <summary>The first tests that failed, in the order of the files.</summary>
    public IReadOnlyList<FailedTest> Failed { get; set; } = [];

    /// <summary>What could not be read; the counts leave it out.</summary>
    public IReadOnlyList<string> Problems { get; set; } = [];
}

/// <param name="Suite">The class or file that the test belongs to.</param>
/// <param name="Message">Why it failed, in at most 2 KiB.</param>
public sealed record FailedTest(string Suite, string Name, string Message);
