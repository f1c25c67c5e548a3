using System.Collections.Immutable;
using System.Numerics;

namespace Weir.Engine.Definitions.Formats.Edn;

/// <summary>A value of an EDN text with its place.</summary>
internal abstract record EdnValue(Place Place);

internal sealed record EdnNil(Place Place) : EdnValue(Place);

internal sealed record EdnBoolean(bool Value, Place Place) : EdnValue(Place);

internal sealed record EdnText(string Value, Place Place) : EdnValue(Place);

/// <param name="Value">One character of Unicode: one or two units.</param>
internal sealed record EdnCharacter(string Value, Place Place) : EdnValue(Place);

/// <param name="Name">With its namespace, where it has one: <c>nos/ref</c>.</param>
internal sealed record EdnSymbol(string Name, Place Place) : EdnValue(Place);

/// <param name="Name">Without the colon, with its namespace: <c>docker/run</c>.</param>
internal sealed record EdnKeyword(string Name, Place Place) : EdnValue(Place);

internal sealed record EdnInteger(BigInteger Value, Place Place) : EdnValue(Place);

/// <param name="Written">As it is written, without the <c>M</c> of exact ones.</param>
internal sealed record EdnFloat(string Written, bool IsExact, Place Place) : EdnValue(Place);

/// <summary>A list, or a vector.</summary>
internal sealed record EdnSequence(ImmutableArray<EdnValue> Items, bool IsVector, Place Place) : EdnValue(Place);

internal sealed record EdnSet(ImmutableArray<EdnValue> Items, Place Place) : EdnValue(Place);

internal sealed record EdnMap(ImmutableArray<(EdnValue Key, EdnValue Value)> Entries, Place Place) : EdnValue(Place);

/// <param name="Tag">Without the <c>#</c>.</param>
internal sealed record EdnTagged(string Tag, EdnValue Value, Place Place) : EdnValue(Place);
