namespace Weir.Engine.DataTree.Schemas;

/// <summary>One place at which a value breaks its schema.</summary>
/// <param name="Instance">JSON pointer (RFC 6901) to the place in the value; empty for the whole value.</param>
/// <param name="Schema">
/// The keyword that was broken, as a URI reference with a JSON pointer: <c>#/properties/a/type</c> in the schema
/// itself, with the other schema's URI before the <c>#</c> when a reference led there.
/// </param>
/// <param name="Message">What was expected.</param>
public sealed record SchemaViolation(string Instance, string Schema, string Message)
{
    public override string ToString() => $"{(Instance.Length == 0 ? "(root)" : Instance)}: {Message} ({Schema})";
}
