using Weir.Engine.Definitions;
using Weir.Engine.Masking;
using Weir.Engine.Planning;
using Weir.Engine.Running;

namespace Weir.Engine.Vault;

/// <summary>Who may have which secret, and what a secret may be.</summary>
public static class SecretRule
{
    /// <summary>Bytes of all secrets of one step.</summary>
    public const int MaxBytesPerStep = 256 * 1024;

    /// <summary>What is brought for a step: what its flow states and nothing else.</summary>
    public static IReadOnlyList<string> NamesFor(PlanStep step) =>
        step.ImageLogin is { } login ? [.. step.Secrets.Union([login.Password])] : step.Secrets;

    /// <summary>Why a run gets no secrets at all; null when it gets those it states.</summary>
    public static string? Refusal(RunInputs inputs) => inputs.Untrusted
        ? "what an untrusted trigger starts gets no secrets"
        : null;

    /// <summary>Why a value cannot be a secret; null when it can.</summary>
    public static string? Check(string value)
    {
        if (value.Contains('\0', StringComparison.Ordinal)) return "it holds a NUL, which no variable can";
        return MaskSet.CanMask(value)
            ? null
            : $"it must have {SecretForms.MinBytes} to {SecretForms.MaxBytes} bytes, as others cannot be masked in logs";
    }

    /// <summary>Secrets come as environment variables and are named like them.</summary>
    public static string? CheckName(string name) =>
        TextFormat.EnvName.Check(name) is { } unfit ? $"{unfit}; at most 128 characters" : null;
}
