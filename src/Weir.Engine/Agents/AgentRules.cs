using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Weir.Contracts.Agents;
using Weir.Contracts.Problems;
using Weir.Engine.Definitions;

namespace Weir.Engine.Agents;

/// <summary>What may be said of and by an agent.</summary>
internal static partial class AgentRules
{
    public const int MaxSlots = 1024;
    private const int MaxPairs = 64;
    private const int MaxValue = 256;
    private const int MaxRuntimes = 16;

    public static IReadOnlyList<Problem> Check(EnrolRequest request)
    {
        List<Problem> problems = [.. CheckOffer(request.Host, request.Runtimes)];
        if (request.Name.Length is 0 or > 128 || request.Name.Any(char.IsControl))
            problems.Add(At("name", "a name has 1 to 128 characters and no control characters"));
        if (request.Slots is < 1 or > MaxSlots) problems.Add(At("slots", $"slots are 1 to {MaxSlots}"));
        if (!IsP256Key(request.PublicKey))
            problems.Add(At("public_key", "a P-256 SubjectPublicKeyInfo in base64 is expected"));
        return problems;
    }

    public static IReadOnlyList<Problem> CheckOffer(
        IReadOnlyDictionary<string, string> host, IReadOnlyList<string> runtimes)
    {
        List<Problem> problems = [];
        if (host.Count > MaxPairs) problems.Add(At("host", $"at most {MaxPairs} facts"));
        foreach (var (key, value) in host)
        {
            if (!key.StartsWith("host.", StringComparison.Ordinal)
                || !LabelName().IsMatch(key)
                || value.Length > MaxValue)
                problems.Add(
                    At("host", $"`{Short(key)}` is no fact of a host: `host.…` with at most {MaxValue} characters"));
        }

        if (runtimes.Count > MaxRuntimes) problems.Add(At("runtimes", $"at most {MaxRuntimes} runtimes"));
        foreach (var runtime in runtimes)
        {
            if (!FlowName.IsValid(runtime)) problems.Add(At("runtimes", $"`{Short(runtime)}` is no runtime's name"));
        }

        return problems;
    }

    /// <summary>
    /// Labels decide what an agent may claim, so they are an admin's; <c>host.*</c> is the agent's own word.
    /// </summary>
    public static IReadOnlyList<Problem> CheckRights(
        IReadOnlyDictionary<string, string> labels, IReadOnlyList<string> namespaces)
    {
        List<Problem> problems = [];
        if (labels.Count > MaxPairs) problems.Add(At("labels", $"at most {MaxPairs} labels"));
        foreach (var (key, value) in labels)
        {
            if (!LabelName().IsMatch(key) || value.Length > MaxValue || value.Any(char.IsControl))
                problems.Add(At($"labels.{Short(key)}", "a label has a name of a-z 0-9 . _ / - and a short value"));
            else if (key.StartsWith("host.", StringComparison.Ordinal))
                problems.Add(At($"labels.{key}", "`host.` is what agents say of themselves; choose another name"));
        }

        foreach (var name in namespaces)
        {
            if (!FlowName.IsValid(name)) problems.Add(At("namespaces", $"`{Short(name)}` is no namespace's name"));
        }

        return problems;
    }

    public static Problem At(string path, string message) => new(path, 0, 0, message);

    private static string Short(string text) => text.Length <= 64 ? text : text[..64] + "…";

    private static bool IsP256Key(string text)
    {
        var bytes = new byte[256];
        if (text.Length > 256 || !Convert.TryFromBase64String(text, bytes, out var length)) return false;
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(bytes.AsSpan(0, length), out var read);
            return read == length && key.KeySize == 256;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    [GeneratedRegex("^[a-z0-9]([a-z0-9._/-]{0,62})?\\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelName();
}
