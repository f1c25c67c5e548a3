namespace Weir.Contracts.Problems;

/// <summary>One thing that is wrong with an input, with its place and how to mend it.</summary>
/// <param name="Path">The field, as in <c>steps[2].commands</c>; empty for the whole document.</param>
/// <param name="Line">1-based line in the file; 0 when the input is no text.</param>
/// <param name="Column">1-based column in the file; 0 when the input is no text.</param>
/// <param name="Message">What is wrong and what was probably meant.</param>
public sealed record Problem(string Path, int Line, int Column, string Message)
{
    /// <summary>True for what is accepted but has no effect or is probably not meant.</summary>
    public bool Warning { get; init; }

    public override string ToString() =>
        (
            Line > 0
                ? $"{Line}:{Column}: " : "") + (Warning ? "warning: " : "") + (Path.Length > 0 ? $"{Path}: "
                : "") + Message;
}
