namespace Weir.Engine.Vault;

/// <summary>Where values of secrets come from.</summary>
public interface ISecretSource
{
    /// <summary>The value as it is now, or why there is none.</summary>
    ValueTask<SecretLookup> FindAsync(string @namespace, string name, CancellationToken cancellationToken);
}

/// <summary>What a source answers.</summary>
/// <param name="Value">Null when it has none.</param>
/// <param name="Trouble">Why a value that should be there is not; null = the source does not know the name.</param>
public readonly record struct SecretLookup(string? Value, string? Trouble)
{
    public static SecretLookup Unknown => default;
}

/// <summary>All sources, in order: the first that knows a name gives its value.</summary>
public sealed class SecretVault(IReadOnlyList<ISecretSource> sources)
{
    /// <summary>The value, or why a step that needs it cannot start.</summary>
    public async ValueTask<SecretLookup> FindAsync(
        string @namespace, string name, CancellationToken cancellationToken)
    {
        foreach (var source in sources)
        {
            var found = await source.FindAsync(@namespace, name, cancellationToken);
            if (found.Trouble is not null) return found;
            if (found.Value is not { } value) continue;
            return SecretRule.Check(value) is { } unfit ? new SecretLookup(null, unfit) : found;
        }

        return new SecretLookup(null, $"it is not there: `weir secret set {name}` in the namespace {@namespace}");
    }
}
