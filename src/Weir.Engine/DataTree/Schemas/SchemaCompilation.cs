using Weir.Contracts.Problems;

namespace Weir.Engine.DataTree.Schemas;

/// <summary>A compiled schema, or everything that is wrong with what was given.</summary>
/// <param name="Schema">Null when there are problems.</param>
/// <param name="Problems">Each with the place as in <see cref="SchemaViolation.Schema"/>.</param>
public sealed record SchemaCompilation(JsonSchema? Schema, IReadOnlyList<Problem> Problems);
