namespace Weir.Engine.Expressions;

/// <summary>What a place in a flow file may refer to; null = not known here, so not checked.</summary>
public sealed record ExpressionNames
{
    public IReadOnlyCollection<string>? Params { get; init; }

    /// <summary>The fields of <c>run</c> that are known here.</summary>
    public IReadOnlyCollection<string> RunFields { get; init; } = ExpressionRoots.RunFields;

    /// <summary>The names of the step's matrix; empty where there is none.</summary>
    public IReadOnlyCollection<string> Matrix { get; init; } = [];

    /// <summary>Steps that have a matrix: of each there are several.</summary>
    public IReadOnlyCollection<string> MatrixSteps { get; init; } = [];

    /// <summary>Every step of the flow with its declared outputs (null = not known).</summary>
    public IReadOnlyDictionary<string, IReadOnlyCollection<string>?>? Steps { get; init; }

    /// <summary>The steps that have ended for sure when this place is evaluated.</summary>
    public IReadOnlySet<string>? EndedSteps { get; init; }

    /// <summary>
    /// Set where no step is known at all: why, as in "the flow's own `env` is the same for all steps".
    /// </summary>
    public string? NoSteps { get; init; }
}

/// <summary>One thing that is wrong with an expression.</summary>
/// <param name="Position">0-based offset in the text.</param>
public sealed record ExpressionProblem(int Position, string Message);
