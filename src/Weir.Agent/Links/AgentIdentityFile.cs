using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Agent.Folders;

namespace Weir.Agent.Links;

/// <summary>
/// Who this agent is: a P-256 key that never leaves the machine, and the id the controller gave it. Kept in
/// <c>agent.json</c> (0600). One key signs and opens what is sealed to it.
/// </summary>
public sealed class AgentIdentityFile : IDisposable
{
    private readonly string _path;
    private readonly byte[] _pkcs8;

    private AgentIdentityFile(string path, byte[] pkcs8)
    {
        _path = path;
        _pkcs8 = pkcs8;
        Signing = ECDsa.Create();
        Signing.ImportPkcs8PrivateKey(pkcs8, out _);
        Opening = ECDiffieHellman.Create();
        Opening.ImportPkcs8PrivateKey(pkcs8, out _);
        PublicKey = Signing.ExportSubjectPublicKeyInfo();
    }

    public ECDsa Signing { get; }

    public ECDiffieHellman Opening { get; }

    /// <summary>SubjectPublicKeyInfo.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>The controller that knows this key, as it was addressed; null before the first enrolment.</summary>
    public string? Controller { get; private set; }

    public string? AgentId { get; private set; }

    /// <summary>
    /// Reads the file of that folder, or makes it with a new key. A file that cannot be read is an <see
    /// cref="IOException"/>.
    /// </summary>
    public static AgentIdentityFile OpenOrCreate(string folder)
    {
        FolderTree.Create(folder, FolderTree.Passable);
        var path = Path.Combine(folder, "agent.json");
        if (!File.Exists(path)) return Make(path);
        try
        {
            var stored = JsonSerializer.Deserialize(File.ReadAllBytes(path), AgentIdentityJson.Default.StoredIdentity)!;
            return new AgentIdentityFile(path, Convert.FromBase64String(stored.Key))
            {
                Controller = stored.Controller,
                AgentId = stored.AgentId,
            };
        }
        catch (Exception e) when (e is JsonException or FormatException or CryptographicException)
        {
            throw new IOException($"{path} holds no agent's key; remove it to enrol anew", e);
        }
    }

    /// <summary>The controller knows this key under that id.</summary>
    public void Enrolled(string controller, string agentId)
    {
        if ((Controller, AgentId) == (controller, agentId)) return;
        (Controller, AgentId) = (controller, agentId);
        Save();
    }

    public void Dispose()
    {
        Signing.Dispose();
        Opening.Dispose();
    }

    private static AgentIdentityFile Make(string path)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var file = new AgentIdentityFile(path, key.ExportPkcs8PrivateKey());
        file.Save();
        return file;
    }

    private void Save()
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(
            new StoredIdentity(Convert.ToBase64String(_pkcs8), Controller, AgentId),
            AgentIdentityJson.Default.StoredIdentity);
        PrivateFile.Write(_path, content);
    }
}

internal sealed record StoredIdentity(string Key, string? Controller, string? AgentId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(StoredIdentity))]
internal sealed partial class AgentIdentityJson : JsonSerializerContext;
