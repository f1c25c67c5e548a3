using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Weir.Engine.Concurrency;

/// <summary>
/// The runs of a concurrency group, stored under <c>concurrency/&lt;namespace&gt;/&lt;group&gt;</c>. The first holds
/// the group, as it was put there by the commit that let it begin; the others wait, oldest first. Runs that have ended
/// stay until the next change: that a run has ended is seen from the run itself.
/// </summary>
internal sealed record GroupMembers(ImmutableArray<string> Runs)
{
    /// <summary>Since when nobody is in it.</summary>
    public DateTimeOffset? Idle { get; init; }

    public const string Prefix = "concurrency/";

    public static string KeyOf(string @namespace, string group) => $"{Prefix}{@namespace}/{group}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(GroupMembers))]
internal sealed partial class GroupJson : JsonSerializerContext;
