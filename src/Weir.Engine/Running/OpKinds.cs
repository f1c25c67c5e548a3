using System.Collections.Frozen;

namespace Weir.Engine.Running;

/// <summary>Where a step of some kind is executed.</summary>
public enum OpPlace
{
    /// <summary>An agent claims it, runs it in a runtime and reports its outcome under a lease.</summary>
    Agent,

    /// <summary>Nobody executes it: the controller asks, and people decide over the API.</summary>
    People,
}

/// <summary>
/// The kinds of step there are. A new kind joins here with the place where it runs; a plan that names an unknown kind
/// fails that step instead of waiting for ever.
/// </summary>
public static class OpKinds
{
    public const string Commands = "commands";
    public const string Approve = "approve";

    private static readonly FrozenDictionary<string, OpPlace> Places =
        new Dictionary<string, OpPlace> { [Commands] = OpPlace.Agent, [Approve] = OpPlace.People }
            .ToFrozenDictionary();

    public static bool TryPlace(string kind, out OpPlace place) => Places.TryGetValue(kind, out place);
}
