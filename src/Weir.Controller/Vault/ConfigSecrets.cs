using Weir.Engine.Vault;

namespace Weir.Controller.Vault;

/// <summary>
/// Secrets of the config: from the environment and from files of this machine, read when they are asked for, so that a
/// changed file holds for the next step.
/// </summary>
internal sealed class ConfigSecrets(VaultOptions options) : ISecretSource
{
    public ValueTask<SecretLookup> FindAsync(string @namespace, string name, CancellationToken cancellationToken)
    {
        foreach (var secret in options.Secrets)
        {
            if (secret.Name == name && Holds(secret.Namespaces, @namespace)) return new(Read(secret.Origin));
        }

        foreach (var file in options.Files.Where(file => Holds(file.Namespaces, @namespace)))
        {
            var (values, problems) = PrivateFileReader.Read(file.Path, options);
            if (values.TryGetValue(name, out var value)) return new(new SecretLookup(value, null));
            if (problems.Count > 0) return new(new SecretLookup(null, $"{file.Path}: {problems[0]}"));
        }

        return new(SecretLookup.Unknown);
    }

    /// <summary>Their names, in order.</summary>
    public IReadOnlyList<string> NamesFor(string @namespace)
    {
        var listed = options.Secrets.Where(secret => Holds(secret.Namespaces, @namespace))
            .Select(secret => secret.Name);
        var inFiles = options.Files.Where(file => Holds(file.Namespaces, @namespace))
            .SelectMany(file => PrivateFileReader.Read(file.Path, options).Values.Keys);
        return [.. listed.Concat(inFiles).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>What cannot be read now, for the log at the start.</summary>
    public IEnumerable<string> Troubles()
    {
        foreach (var secret in options.Secrets)
        {
            if (Read(secret.Origin).Trouble is { } trouble) yield return $"secret {secret.Name}: {trouble}";
        }

        foreach (var file in options.Files)
        {
            foreach (var problem in PrivateFileReader.Read(file.Path, options).Problems)
                yield return $"{file.Path}: {problem}";
        }
    }

    private SecretLookup Read(SecretOrigin origin)
    {
        if (!origin.IsFile)
        {
            return options.Environment.TryGetValue(origin.Name, out var value)
                ? new SecretLookup(value, null)
                : new SecretLookup(null, $"the controller's environment variable {origin.Name} is not set");
        }

        try
        {
            var text = PrivateFileReader.ReadText(origin.Name);
            return new SecretLookup(text.EndsWith('\n') ? text[..^1] : text, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new SecretLookup(null, e.Message);
        }
    }

    private static bool Holds(IReadOnlyList<string> namespaces, string @namespace) =>
        namespaces.Count == 0 || namespaces.Contains(@namespace);
}
